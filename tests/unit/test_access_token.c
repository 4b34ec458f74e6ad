/*
 * Tests of lib/access_token.c: what is written is read again, and each claim that is wrong or missing is named.
 */
#include <string.h>

#include "lib/access_token.h"
#include "tests/unit/unit.h"

#define ISSUER "https://auth.example/p/proj_a"
#define NOW_MS INT64_C(1764000000000)

static const struct access_token token = {
	.issuer = ISSUER,
	.subject = "cli_1",
	.audience = "https://api.example",
	.client_id = "cli_1",
	.jti = "tok_1",
	.scope = "tool:read tool:write",
	.project_id = "prj_1",
	.org_id = "org_1",
	.environment = "test",
	.issued_at = NOW_MS,
	.expires_at = NOW_MS + 3600 * SECOND_MS,
};

static struct json
parse(const char *text)
{
	struct json value;

	assert_int_equal(json_parse(arena, text, strlen(text), &value, NULL), OK);
	return value;
}

static void
what_is_written_is_read_again(void **state)
{
	(void)state;
	struct json claims = parse(access_token_claims(arena, &token));
	struct access_token read;

	assert_null(access_token_problem(arena, &claims, ISSUER, NOW_MS, &read));
	assert_string_equal(read.subject, token.subject);
	assert_string_equal(read.audience, token.audience);
	assert_string_equal(read.scope, token.scope);
	assert_string_equal(read.jti, token.jti);
	assert_int_equal(read.issued_at, token.issued_at);
	assert_int_equal(read.expires_at, token.expires_at);
	const struct json *scopes = json_member(&claims, "scopes");
	assert_int_equal(scopes->count, 2);
	assert_string_equal(scopes->items[0].string, "tool:read");
	assert_string_equal(scopes->items[1].string, "tool:write");
	assert_string_equal(json_member(&claims, "environment")->string, "test");
}

static void
no_scope_is_an_empty_list(void **state)
{
	(void)state;
	struct access_token without = token;

	without.scope = "";
	struct json claims = parse(access_token_claims(arena, &without));
	assert_int_equal(json_member(&claims, "scopes")->count, 0);
}

/* Back-Channel Logout 1.0 section 2.4: an event and whom it is about, no nonce; and nobody takes it for an access token. */
static void
a_logout_token_says_whose_sign_in_has_ended(void **state)
{
	(void)state;
	struct logout_token ended = { .issuer = ISSUER, .subject = "usr_1", .audience = "proj_1", .session_id = "ses_1", .jti = "tok_1",
				      .issued_at = NOW_MS, .expires_at = NOW_MS + MINUTE_MS };
	struct json claims = parse(logout_token_claims(arena, &ended));
	const struct json *events = json_member(&claims, "events");
	struct access_token read;

	assert_non_null(json_member(events, "http://schemas.openid.net/event/backchannel-logout"));
	assert_string_equal(json_member(&claims, "sid")->string, "ses_1");
	assert_int_equal(json_member(&claims, "exp")->integer, NOW_MS / SECOND_MS + 60);
	assert_null(json_member(&claims, "nonce"));
	assert_string_equal(access_token_problem(arena, &claims, ISSUER, NOW_MS, &read), "client_id");
}

static void
each_wrong_claim_is_named(void **state)
{
	(void)state;
	static const struct {
		const char *text, *claim;
	} cases[] = {
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"b\",\"client_id\":\"c\",\"jti\":\"d\",\"scope\":\"\",\"iat\":1,\"exp\":1764000001}", NULL },
		{ "{\"iss\":\"" ISSUER "x\",\"sub\":\"a\",\"aud\":\"b\",\"client_id\":\"c\",\"jti\":\"d\",\"scope\":\"\",\"iat\":1,\"exp\":1764000001}", "iss" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"b\",\"client_id\":\"c\",\"jti\":\"d\",\"scope\":\"\",\"iat\":1,\"exp\":1764000000}", "exp" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"b\",\"client_id\":\"c\",\"jti\":\"d\",\"scope\":\"\",\"iat\":1,\"exp\":\"1764000001\"}", "exp" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"b\",\"client_id\":\"c\",\"jti\":\"d\",\"scope\":\"\",\"exp\":1764000001}", "iat" },
		{ "{\"iss\":\"" ISSUER "\",\"aud\":\"b\",\"client_id\":\"c\",\"jti\":\"d\",\"scope\":\"\",\"iat\":1,\"exp\":1764000001}", "sub" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":[\"b\"],\"client_id\":\"c\",\"jti\":\"d\",\"scope\":\"\",\"iat\":1,\"exp\":1764000001}", "aud" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"b\",\"jti\":\"d\",\"scope\":\"\",\"iat\":1,\"exp\":1764000001}", "client_id" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"b\",\"client_id\":\"c\",\"scope\":\"\",\"iat\":1,\"exp\":1764000001}", "jti" },
		{ "{\"iss\":\"" ISSUER "\",\"sub\":\"a\",\"aud\":\"b\",\"client_id\":\"c\",\"jti\":\"d\",\"iat\":1,\"exp\":1764000001}", "scope" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json claims = parse(cases[i].text);
		struct access_token read;
		const char *problem = access_token_problem(arena, &claims, ISSUER, NOW_MS, &read);

		if (cases[i].claim == NULL)
			assert_null(problem);
		else
			assert_string_equal(problem, cases[i].claim);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_written_is_read_again),
		TEST(no_scope_is_an_empty_list),
		TEST(a_logout_token_says_whose_sign_in_has_ended),
		TEST(each_wrong_claim_is_named),
	};

	return cmocka_run_group_tests_name("access_token", tests, NULL, NULL);
}

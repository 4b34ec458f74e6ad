/*
 * A client's assertion: whose it says to be, and every claim that must not pass (RFC 7523 section 3).
 */
#include "unit.h"

#include <string.h>

#include "lib/client_assertion.h"
#include "lib/encode.h"

#define NOW_S	 INT64_C(1800000000)
#define ISSUER	 "https://auth.example/p/proj_a"
#define ENDPOINT ISSUER "/oauth/token"

static const char *
problem(const char *claims)
{
	struct json value;
	const char *jti;
	int64_t gone_at;

	assert_int_equal(json_parse(arena, claims, strlen(claims), &value, NULL), OK);
	return client_assertion_problem(&value,
					&(struct client_assertion_expected){
					    .client_id = "cli_a",
					    .issuer = ISSUER,
					    .token_endpoint = ENDPOINT,
					    .now_ms = NOW_S * 1000,
					},
					&jti, &gone_at);
}

static void
tk_17_every_claim_is_checked(void **state)
{
	(void)state;
#define WHO "\"iss\":\"cli_a\",\"sub\":\"cli_a\""
#define REST ",\"jti\":\"j\""
	static const struct {
		const char *claims, *problem;
	} cases[] = {
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1800000060" REST "}", NULL },
		{ "{" WHO ",\"aud\":\"" ENDPOINT "\",\"exp\":1800000300,\"iat\":1800000000,\"nbf\":1800000060" REST "}", NULL },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1799999941" REST "}", NULL },
		{ "{\"iss\":\"cli_b\",\"sub\":\"cli_a\",\"aud\":\"" ISSUER "\",\"exp\":1800000060" REST "}", "iss" },
		{ "{\"sub\":\"cli_a\",\"aud\":\"" ISSUER "\",\"exp\":1800000060" REST "}", "iss" },
		{ "{\"iss\":\"cli_a\",\"sub\":\"cli_b\",\"aud\":\"" ISSUER "\",\"exp\":1800000060" REST "}", "sub" },
		{ "{" WHO ",\"aud\":\"" ISSUER "/\",\"exp\":1800000060" REST "}", "aud" },
		{ "{" WHO ",\"aud\":[\"" ISSUER "\"],\"exp\":1800000060" REST "}", "aud" },
		{ "{" WHO ",\"exp\":1800000060" REST "}", "aud" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1799999940" REST "}", "exp" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1800000361" REST "}", "exp" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":\"1800000060\"" REST "}", "exp" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\"" REST "}", "exp" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1800000060,\"nbf\":1800000061" REST "}", "nbf" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1800000060,\"iat\":1800000061" REST "}", "iat" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1800000060,\"iat\":\"now\"" REST "}", "iat" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1800000060}", "jti" },
		{ "{" WHO ",\"aud\":\"" ISSUER "\",\"exp\":1800000060,\"jti\":\"\"}", "jti" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *found = problem(cases[i].claims);

		if (cases[i].problem == NULL ? found != NULL : found == NULL || strcmp(found, cases[i].problem) != 0)
			fail_msg("%s: %s", cases[i].claims, found != NULL ? found : "good");
	}
}

static const char *
token(const char *header, const char *claims)
{
#define PART(text) base64url_encode(arena, (struct bytes){ (const uint8_t *)(text), strlen(text) })
	return arena_printf(arena, "%s.%s.AAAA", PART(header), PART(claims));
}

static void
a_token_says_whose_it_is_and_brings_no_key(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"{\"alg\":\"ES256\",\"jwk\":{}}",	       "{\"alg\":\"ES256\",\"jku\":\"https://a.example\"}",
		"{\"alg\":\"ES256\",\"x5u\":\"https://a.example\"}", "{\"alg\":\"ES256\",\"x5c\":[]}",
		"{\"alg\":\"ES256\",\"crit\":[\"exp\"]}",
	};
	const char *id = NULL;
	struct jws jws;

	assert_true(client_assertion_parse(arena, token("{\"alg\":\"ES256\"}", "{\"sub\":\"cli_a\"}"), &jws, &id));
	assert_string_equal(id, "cli_a");
	assert_false(client_assertion_parse(arena, token("{\"alg\":\"ES256\"}", "{\"iss\":\"cli_a\"}"), &jws, &id));
	assert_false(client_assertion_parse(arena, "cli_a", &jws, &id));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		if (client_assertion_parse(arena, token(bad[i], "{\"sub\":\"cli_a\"}"), &jws, &id))
			fail_msg("%s", bad[i]);
}

static void
one_over_8_kib_isnt_read(void **state)
{
	(void)state;
	struct buffer claims = buffer_new(arena);
	const char *id = NULL;
	struct jws jws;

	buffer_text(&claims, "{\"sub\":\"cli_a\",\"x\":\"");
	while (claims.len < 6050)
		buffer_char(&claims, 'x');
	size_t len = claims.len;
	buffer_text(&claims, "\"}");
	assert_true(client_assertion_parse(arena, token("{\"alg\":\"ES256\"}", buffer_string(&claims)), &jws, &id));
	claims.len = len;
	while (claims.len < 6150)
		buffer_char(&claims, 'x');
	buffer_text(&claims, "\"}");
	assert_false(client_assertion_parse(arena, token("{\"alg\":\"ES256\"}", buffer_string(&claims)), &jws, &id));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(tk_17_every_claim_is_checked),
		TEST(a_token_says_whose_it_is_and_brings_no_key),
		TEST(one_over_8_kib_isnt_read),
	};

	return cmocka_run_group_tests_name("client_assertion", tests, NULL, NULL);
}

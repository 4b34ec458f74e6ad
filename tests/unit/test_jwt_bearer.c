/*
 * Tokens of other issuers as grants (RFC 7523 section 3): what is one at all, and every claim that must not pass.
 */
#include "unit.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/jwt_bearer.h"

#define NOW_MS	   INT64_C(1800000000000)
#define OWN_ISSUER "https://auth.example/p/proj_a"

static const char *
token_of(const char *header, const char *claims)
{
	return arena_printf(arena, "%s.%s.c2ln", base64url_encode(arena, (struct bytes){ (const uint8_t *)header, strlen(header) }),
			    base64url_encode(arena, (struct bytes){ (const uint8_t *)claims, strlen(claims) }));
}

static void
rule_27_it_is_taken_apart(void **state)
{
	static const char CLAIMS[] = "{\"iss\":\"https://idp.example\",\"sub\":\"00u\"}";
	struct jwt_bearer grant;

	(void)state;
	assert_true(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\",\"typ\":\"oauth-id-jag+jwt\"}", CLAIMS), &grant));
	assert_true(grant.is_of_person);
	assert_string_equal(grant.issuer, "https://idp.example");
	assert_string_equal(grant.subject, "00u");
	assert_true(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\"}", CLAIMS), &grant));
	assert_false(grant.is_of_person);
	assert_true(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\",\"typ\":\"OAUTH-ID-JAG+JWT\"}", CLAIMS), &grant));
	assert_false(grant.is_of_person);
	assert_false(jwt_bearer_parse(arena, "x.y.z", &grant));
	assert_false(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\",\"jku\":\"https://evil.example\"}", CLAIMS), &grant));
	assert_false(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\"}", "{\"iss\":\"https://idp.example\"}"), &grant));
	assert_false(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\"}", "{\"sub\":\"00u\"}"), &grant));
	assert_false(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\"}", "{\"iss\":[\"https://idp.example\"],\"sub\":\"00u\"}"), &grant));
}

static void
rule_27_a_long_subject_is_nobodys(void **state)
{
	char subject[JWT_BEARER_SUBJECT_MAX + 2];
	struct jwt_bearer grant;

	(void)state;
	memset(subject, 's', sizeof(subject));
	subject[sizeof(subject) - 1] = '\0';
	assert_false(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\"}", arena_printf(arena, "{\"iss\":\"i\",\"sub\":\"%s\"}", subject)), &grant));
	assert_true(jwt_bearer_parse(arena, token_of("{\"alg\":\"ES256\"}", arena_printf(arena, "{\"iss\":\"i\",\"sub\":\"%s\"}", subject + 1)), &grant));
}

#define AUD    "\"aud\":\"" OWN_ISSUER "\""
#define CLIENT ",\"client_id\":\"cli_a\""
#define WHERE  ",\"resource\":\"https://mcp.example/\""
#define TIMES  ",\"iat\":1800000000,\"exp\":1800000300"
#define JTI    ",\"jti\":\"j\""

struct claims_case {
	const char *claims, *problem;
};

static void
expect_problem(const char *problem, const char *expected)
{
	if (expected == NULL)
		assert_null(problem);
	else
		assert_string_equal(problem, expected);
}

static void
rule_27_every_claim_about_a_person_is_checked(void **state)
{
	static const struct claims_case cases[] = {
		{ "{" AUD CLIENT WHERE TIMES JTI "}", NULL },
		{ "{" AUD CLIENT WHERE TIMES JTI ",\"scope\":\"a b\"}", NULL },
		{ "{" AUD CLIENT WHERE JTI ",\"exp\":1800003660}", NULL },
		{ "{\"aud\":\"" OWN_ISSUER "/\"" CLIENT WHERE TIMES JTI "}", "aud" },
		{ "{\"aud\":[\"" OWN_ISSUER "\"]" CLIENT WHERE TIMES JTI "}", "aud" },
		{ "{" AUD ",\"client_id\":\"cli_b\"" WHERE TIMES JTI "}", "client_id" },
		{ "{" AUD WHERE TIMES JTI "}", "client_id" },
		{ "{" AUD CLIENT TIMES JTI "}", "resource" },
		{ "{" AUD CLIENT WHERE TIMES JTI ",\"scope\":[\"a\"]}", "scope" },
		{ "{" AUD CLIENT WHERE JTI "}", "exp" },
		{ "{" AUD CLIENT WHERE JTI ",\"exp\":1800003661}", "exp" },
		{ "{" AUD CLIENT WHERE JTI ",\"exp\":1799999940}", "exp" },
		{ "{" AUD CLIENT WHERE JTI TIMES ",\"nbf\":1800000061}", "nbf" },
		{ "{" AUD CLIENT WHERE JTI ",\"exp\":1800000300,\"iat\":1800000061}", "iat" },
		{ "{" AUD CLIENT WHERE TIMES "}", "jti" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct person_assertion said = { .gone_at = 0 };
		struct json value;

		assert_int_equal(json_parse(arena, cases[i].claims, strlen(cases[i].claims), &value, NULL), OK);
		expect_problem(person_assertion_problem(&value, OWN_ISSUER, "cli_a", NOW_MS, &said), cases[i].problem);
		assert_int_equal(said.gone_at != 0, cases[i].problem == NULL);
	}
}

static void
rule_27_every_claim_of_a_workload_is_checked(void **state)
{
	static const struct claims_case cases[] = {
		{ "{" AUD TIMES "}", NULL },
		{ "{\"aud\":[\"" OWN_ISSUER "\"]" TIMES "}", NULL },
		{ "{" AUD ",\"exp\":1800086460}", NULL },
		{ "{\"aud\":[\"" OWN_ISSUER "\",\"https://b.example\"]" TIMES "}", "aud" },
		{ "{\"aud\":[]" TIMES "}", "aud" },
		{ "{\"aud\":[[\"" OWN_ISSUER "\"]]" TIMES "}", "aud" },
		{ "{\"exp\":1800000300}", "aud" },
		{ "{" AUD "}", "exp" },
		{ "{" AUD ",\"exp\":1800086461}", "exp" },
		{ "{" AUD ",\"exp\":1799999940}", "exp" },
		{ "{" AUD TIMES ",\"nbf\":1800000061}", "nbf" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct json value;

		assert_int_equal(json_parse(arena, cases[i].claims, strlen(cases[i].claims), &value, NULL), OK);
		expect_problem(workload_token_problem(&value, OWN_ISSUER, NOW_MS), cases[i].problem);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rule_27_it_is_taken_apart),
		TEST(rule_27_a_long_subject_is_nobodys),
		TEST(rule_27_every_claim_about_a_person_is_checked),
		TEST(rule_27_every_claim_of_a_workload_is_checked),
	};

	return cmocka_run_group_tests_name("jwt_bearer", tests, NULL, NULL);
}

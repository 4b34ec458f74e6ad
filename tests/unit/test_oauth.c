/*
 * Tests of lib/oauth.c: the vectors of RFC 7636 and OpenID Connect, and the edges of each rule.
 */
#include <string.h>

#include "lib/oauth.h"
#include "tests/unit/unit.h"

/* RFC 7636 appendix B. */
#define VERIFIER  "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
#define CHALLENGE "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"

static void
rfc_7636_appendix_b(void **state)
{
	(void)state;
	assert_true(pkce_matches(CHALLENGE, VERIFIER));
	assert_false(pkce_matches(CHALLENGE, VERIFIER "A"));
	assert_false(pkce_matches(VERIFIER, VERIFIER));
	assert_false(pkce_matches("", ""));
}

static void
tk_03_lengths_and_alphabets(void **state)
{
	(void)state;
	char longest[130];

	assert_true(pkce_challenge_is_valid(CHALLENGE));
	assert_false(pkce_challenge_is_valid(CHALLENGE "A"));
	assert_false(pkce_challenge_is_valid("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c="));
	assert_false(pkce_challenge_is_valid("E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-c~"));
	memset(longest, 'a', sizeof(longest));
	longest[129] = '\0';
	assert_false(pkce_verifier_is_valid(longest));
	assert_true(pkce_verifier_is_valid(longest + 1));
	assert_true(pkce_verifier_is_valid(longest + 129 - 43));
	assert_false(pkce_verifier_is_valid(longest + 129 - 42));
	assert_true(pkce_verifier_is_valid("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP-._~"));
	assert_false(pkce_verifier_is_valid("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRST+/"));
}

static void
scopes_are_sets_of_words(void **state)
{
	(void)state;
	assert_string_equal(scope_keep(arena, "email openid  email nonsense", "openid email profile"), "email openid");
	assert_string_equal(scope_keep(arena, "nonsense", "openid"), "");
	assert_string_equal(scope_keep(arena, " openid ", "openid"), "openid");
	assert_string_equal(scope_keep(arena, "open", "openid"), "");
	assert_true(scope_is_within("a b", "b c a"));
	assert_false(scope_is_within("a d", "b c a"));
	assert_true(scope_is_within("", "a"));
	assert_true(scope_has("a bc", "bc"));
	assert_false(scope_has("a bc", "b"));
}

static void
languages(void **state)
{
	(void)state;
	assert_null(ui_locale_choose(arena, NULL));
	assert_null(ui_locale_choose(arena, ""));
	assert_null(ui_locale_choose(arena, "fr de-CH esp -en"));
	assert_string_equal(ui_locale_choose(arena, "fr es-MX en"), "es");
	assert_string_equal(ui_locale_choose(arena, "en"), "en");
}

static void
prompts(void **state)
{
	(void)state;
	unsigned bits = 7;

	assert_true(prompt_parse(NULL, &bits));
	assert_int_equal(bits, 0);
	assert_true(prompt_parse("login consent", &bits));
	assert_int_equal(bits, PROMPT_LOGIN | PROMPT_CONSENT);
	assert_true(prompt_parse("none", &bits));
	assert_int_equal(bits, PROMPT_NONE);
	assert_false(prompt_parse("none login", &bits));
	assert_false(prompt_parse("Login", &bits));
	assert_false(prompt_parse("log", &bits));
}

static void
a_bare_origin_matches_with_and_without_its_slash(void **state)
{
	(void)state;
	assert_true(oauth_resource_matches("https://api.example", "https://api.example/"));
	assert_true(oauth_resource_matches("https://api.example/", "https://api.example"));
	assert_true(oauth_resource_matches("proj_a", "proj_a"));
	assert_false(oauth_resource_matches("https://api.example/v1", "https://api.example/v1/"));
	assert_false(oauth_resource_matches("https://api.example", "https://api.example.org"));
	assert_false(oauth_resource_matches("https://api.example", "https://API.example"));
	assert_false(oauth_resource_matches("urn:a", "urn:a/"));
}

static void
an_answer_joins_the_query_that_is_there(void **state)
{
	(void)state;
	const struct name_value pairs[] = { { "code", "a b" }, { "state", NULL }, { "iss", "https://a/p" } };

	assert_string_equal(oauth_answer_url(arena, "https://app.example/cb", pairs, 3), "https://app.example/cb?code=a%20b&iss=https%3A%2F%2Fa%2Fp");
	assert_string_equal(oauth_answer_url(arena, "https://app.example/cb?x=1", pairs, 1), "https://app.example/cb?x=1&code=a%20b");
	assert_string_equal(oauth_answer_url(arena, "com.example.app:/cb", pairs, 1), "com.example.app:/cb?code=a%20b");
}

static void
parts_of_addresses(void **state)
{
	(void)state;
	assert_string_equal(url_origin(arena, "https://app.example:8443/cb?x"), "https://app.example:8443");
	assert_string_equal(url_origin(arena, "https://app.example?x"), "https://app.example");
	assert_string_equal(url_origin(arena, "com.example.app:/cb"), "com.example.app:");
	assert_string_equal(url_host(arena, "https://app.example:8443/cb"), "app.example:8443");
	assert_string_equal(url_host(arena, "com.example.app:/cb"), "com.example.app");
	assert_true(url_is_loopback("http://127.0.0.1:7000/cb"));
	assert_true(url_is_loopback("http://[::1]/cb"));
	assert_true(url_is_loopback("http://localhost"));
	assert_false(url_is_loopback("http://localhost.example/cb"));
	assert_false(url_is_loopback("https://app.example/localhost"));
}

/* OpenID Connect Core appendix A.3: the access token and the at_hash of its example. */
static void
openid_connect_core_appendix_a(void **state)
{
	(void)state;
	assert_string_equal(token_half_hash(arena, "jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y", false), "77QmUPtjPfzWtF2AnpK9RQ");
}

static void
only_the_old_token_opens_its_successor(void **state)
{
	(void)state;
	struct bytes sealed;
	const char *text;

	assert_int_equal(refresh_successor_seal(arena, "rt_old", "rt_new", &sealed), OK);
	assert_int_equal(refresh_successor_open(arena, "rt_old", sealed, &text), OK);
	assert_string_equal(text, "rt_new");
	assert_int_equal(refresh_successor_open(arena, "rt_older", sealed, &text), ERR_CRYPTO);
	((uint8_t *)(uintptr_t)sealed.data)[sealed.len - 1] ^= 1;
	assert_int_equal(refresh_successor_open(arena, "rt_old", sealed, &text), ERR_CRYPTO);
	assert_int_equal(refresh_successor_open(arena, "rt_old", (struct bytes){ sealed.data, 3 }, &text), ERR_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rfc_7636_appendix_b),
		TEST(tk_03_lengths_and_alphabets),
		TEST(scopes_are_sets_of_words),
		TEST(languages),
		TEST(prompts),
		TEST(a_bare_origin_matches_with_and_without_its_slash),
		TEST(an_answer_joins_the_query_that_is_there),
		TEST(parts_of_addresses),
		TEST(openid_connect_core_appendix_a),
		TEST(only_the_old_token_opens_its_successor),
	};

	return cmocka_run_group_tests_name("oauth", tests, NULL, NULL);
}

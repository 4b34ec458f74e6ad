/*
 * The table of sign-in providers: addresses, what is missing, and whose word about an address counts.
 */
#include "unit.h"

#include <string.h>

#include "lib/social_providers.h"
#include "lib/uris.h"

static struct social_settings
settings_of(const char *key, const char *body)
{
	struct social_settings settings;

	assert_true(social_settings_parse(arena, key, body, &settings));
	return settings;
}

static struct json
json(const char *text)
{
	struct json value;

	assert_int_equal(json_parse(arena, text, strlen(text), &value, NULL), OK);
	return value;
}

static const char *const KEYS[] = { "google", "github", "apple", "microsoft", "gitlab", "discord", "linkedin",
				    "slack", "facebook", "twitter", "spotify", "twitch" };

static void
every_ready_made_provider_is_whole(void **state)
{
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(KEYS); i++) {
		struct social_settings settings = settings_of(KEYS[i], "{\"client_id\":\"us\"}");
		struct social_endpoints endpoints;

		assert_true(social_endpoints_of(arena, &settings, &endpoints));
		assert_null(https_url_check(endpoints.authorize_url));
		assert_null(https_url_check(endpoints.token_url));
		/* Either an ID token with keys for it, or somebody to ask. */
		assert_true((endpoints.issuer != NULL && endpoints.keys_url != NULL) ||
			    (endpoints.issuer == NULL && endpoints.userinfo_url != NULL));
		assert_null(strchr(endpoints.token_url, '{'));
	}
}

static void
keys_are_words_of_the_table(void **state)
{
	(void)state;
	static const char *const bad[] = { "", "Google", "oidc", "oidc_", "oidc_A", "oidc_a b",
					   "oidc_123456789012345678901234567890123" };

	for (size_t i = 0; i < ARRAY_LEN(KEYS); i++)
		assert_null(social_key_check(KEYS[i]));
	assert_null(social_key_check("oidc_acme-2"));
	assert_null(social_key_check("oidc_12345678901234567890123456789012"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_string_equal(social_key_check(bad[i]), "provider");
}

static void
settings_survive_their_body(void **state)
{
	(void)state;
	static const char body[] = "{\"client_id\":\"us\",\"issuer\":\"https://id.example\",\"authorize_url\":\"https://id.example/a\","
				   "\"token_url\":\"https://id.example/t\",\"keys_url\":\"https://id.example/k\","
				   "\"scopes\":[\"openid\",\"email\"],\"problems\":[\"unreachable\"],\"checked_at\":17}";
	struct social_settings settings = settings_of("oidc_acme", body);

	assert_string_equal(social_settings_render(arena, &settings), body);
	settings = settings_of("oidc_acme", NULL);
	assert_string_equal(social_settings_render(arena, &settings), "{}");
	settings = settings_of("oidc_acme", "nonsense");
	assert_string_equal(social_settings_render(arena, &settings), "{}");
}

static void
what_is_missing_is_named(void **state)
{
	(void)state;
	struct social_settings settings = settings_of("apple", "{}");
	struct strings missing = social_settings_missing(arena, &settings, false);

	assert_int_equal(missing.count, 4);
	assert_string_equal(missing.items[1], "private_key_missing");
	settings = settings_of("oidc_acme", "{\"client_id\":\"us\"}");
	missing = social_settings_missing(arena, &settings, true);
	assert_int_equal(missing.count, 1);
	assert_string_equal(missing.items[0], "issuer_missing");
	settings = settings_of("oidc_acme", "{\"client_id\":\"us\",\"issuer\":\"https://id.example\"}");
	missing = social_settings_missing(arena, &settings, true);
	assert_int_equal(missing.count, 1);
	assert_string_equal(missing.items[0], "not_checked");
	settings = settings_of("github", "{\"client_id\":\"us\"}");
	assert_int_equal(social_settings_missing(arena, &settings, true).count, 0);
}

static void
discovery_must_be_the_issuers_own(void **state)
{
	(void)state;
	struct social_settings settings = settings_of("oidc_acme", "{\"issuer\":\"https://id.example/x/\"}");
	struct social_endpoints endpoints;
	struct json other = json("{\"issuer\":\"https://id.example/x\",\"authorization_endpoint\":\"https://id.example/a\","
				 "\"token_endpoint\":\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\"}");
	struct json half = json("{\"issuer\":\"https://id.example/x/\",\"authorization_endpoint\":\"https://id.example/a\"}");
	struct json good = json("{\"issuer\":\"https://id.example/x/\",\"authorization_endpoint\":\"https://id.example/a\","
				"\"token_endpoint\":\"https://id.example/t\",\"jwks_uri\":\"https://id.example/k\","
				"\"token_endpoint_auth_methods_supported\":[\"client_secret_post\"]}");

	assert_string_equal(social_discovery_url(arena, &settings), "https://id.example/x/.well-known/openid-configuration");
	assert_string_equal(social_take_discovery(arena, &settings, &other), "issuer_mismatch");
	assert_string_equal(social_take_discovery(arena, &settings, &half), "discovery_incomplete");
	assert_false(social_endpoints_of(arena, &settings, &endpoints));
	assert_null(social_take_discovery(arena, &settings, &good));
	assert_true(social_endpoints_of(arena, &settings, &endpoints));
	assert_string_equal(endpoints.issuer, "https://id.example/x/");
	assert_int_equal(endpoints.client_auth, SOCIAL_SECRET_IN_BODY);
}

/* RFC 7636 appendix B. */
static void
rule_25_people_are_sent_with_s256_state_and_nonce(void **state)
{
	(void)state;
	struct social_settings settings = settings_of("google", "{\"client_id\":\"us & them\"}");
	struct social_endpoints endpoints;
	const struct social_asking asking = { .redirect_uri = "https://auth.example/cb",
					      .state = "s.1",
					      .nonce = "n-1",
					      .verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk" };

	assert_true(social_endpoints_of(arena, &settings, &endpoints));
	assert_string_equal(social_authorize_address(arena, &settings, &endpoints, &asking),
			    "https://accounts.google.com/o/oauth2/v2/auth?response_type=code&client_id=us%20%26%20them"
			    "&redirect_uri=https%3A%2F%2Fauth.example%2Fcb&scope=openid%20email%20profile&state=s.1&nonce=n-1"
			    "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
}

static void
rule_26_whose_word_about_an_address_counts(void **state)
{
	(void)state;
	static const struct {
		const char *key, *body, *claims, *emails, *subject, *email;
		bool verified;
	} cases[] = {
		{ "google", "{}", "{\"sub\":\"1\",\"email\":\"a@x.example\",\"email_verified\":true}", NULL, "1", "a@x.example", true },
		{ "google", "{}", "{\"sub\":\"1\",\"email\":\"a@x.example\",\"email_verified\":false}", NULL, "1", "a@x.example", false },
		{ "google", "{}", "{\"sub\":\"1\",\"email\":\"a@x.example\"}", NULL, "1", "a@x.example", false },
		{ "google", "{}", "{\"sub\":\"1\",\"email_verified\":true}", NULL, "1", NULL, false },
		{ "apple", "{}", "{\"sub\":\"1\",\"email\":\"a@x.example\",\"email_verified\":\"true\"}", NULL, "1", "a@x.example", true },
		{ "microsoft", "{}", "{\"sub\":\"1\",\"email\":\"a@x.example\",\"xms_edov\":true}", NULL, "1", "a@x.example", false },
		{ "microsoft", "{\"tenant\":\"organizations\"}", "{\"sub\":\"1\",\"email\":\"a@x.example\",\"xms_edov\":1}", NULL, "1",
		  "a@x.example", false },
		{ "microsoft", "{\"tenant\":\"acme.example\"}", "{\"sub\":\"1\",\"email\":\"a@x.example\",\"xms_edov\":1}", NULL, "1",
		  "a@x.example", true },
		{ "microsoft", "{\"tenant\":\"acme.example\"}", "{\"sub\":\"1\",\"email\":\"a@x.example\"}", NULL, "1", "a@x.example",
		  false },
		{ "discord", "{}", "{\"id\":\"9\",\"email\":\"a@x.example\",\"verified\":true}", NULL, "9", "a@x.example", true },
		{ "facebook", "{}", "{\"id\":\"9\",\"email\":\"a@x.example\",\"email_verified\":true,\"verified\":true}", NULL, "9",
		  "a@x.example", false },
		{ "spotify", "{}", "{\"id\":\"9\",\"email\":\"a@x.example\"}", NULL, "9", "a@x.example", false },
		{ "twitter", "{}", "{\"data\":{\"id\":\"9\",\"confirmed_email\":\"a@x.example\"}}", NULL, "9", "a@x.example", false },
		{ "github", "{}", "{\"id\":77,\"email\":\"shown@x.example\"}",
		  "[{\"email\":\"b@x.example\",\"primary\":false,\"verified\":true},"
		  "{\"email\":\"a@x.example\",\"primary\":true,\"verified\":true}]",
		  "77", "a@x.example", true },
		{ "github", "{}", "{\"id\":77}", "[{\"email\":\"a@x.example\",\"primary\":true,\"verified\":false}]", "77", "a@x.example",
		  false },
		{ "github", "{}", "{\"id\":77,\"email\":\"shown@x.example\"}", "[]", "77", NULL, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct social_settings settings = settings_of(cases[i].key, cases[i].body);
		struct json claims = json(cases[i].claims);
		struct json emails = json(cases[i].emails != NULL ? cases[i].emails : "null");
		struct social_person person;

		print_message("%s %s\n", cases[i].key, cases[i].claims);
		assert_true(social_person_read(arena, &settings, &claims, &emails, &person));
		assert_string_equal(person.subject, cases[i].subject);
		assert_int_equal(person.email_verified, cases[i].verified);
		if (cases[i].email == NULL)
			assert_null(person.email);
		else
			assert_string_equal(person.email, cases[i].email);
	}
}

static void
nobody_is_nobody(void **state)
{
	(void)state;
	struct social_settings settings = settings_of("google", "{}");
	struct social_person person;
	struct json claims = json("{\"email\":\"a@x.example\",\"email_verified\":true}");

	assert_false(social_person_read(arena, &settings, &claims, NULL, &person));
	claims = json("{\"sub\":\"\"}");
	assert_false(social_person_read(arena, &settings, &claims, NULL, &person));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(every_ready_made_provider_is_whole),
		TEST(keys_are_words_of_the_table),
		TEST(settings_survive_their_body),
		TEST(what_is_missing_is_named),
		TEST(discovery_must_be_the_issuers_own),
		TEST(rule_25_people_are_sent_with_s256_state_and_nonce),
		TEST(rule_26_whose_word_about_an_address_counts),
		TEST(nobody_is_nobody),
	};

	return cmocka_run_group_tests_name("social_providers", tests, NULL, NULL);
}

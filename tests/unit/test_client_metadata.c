/*
 * Applications that nobody registers by hand: which addresses are documents, and what becomes of what they say (oauth.md rules 2, 35, 37
 * and 38, security.md CR-*).
 */
#include "unit.h"

#include <string.h>

#include "lib/client_metadata.h"
#include "lib/json.h"

#define URL "https://app.example.com/client.json"

static const struct registration_limits hybrid = {
	.grants = "authorization_code refresh_token device_code client_credentials jwt-bearer token-exchange",
	.scopes = "openid email offline_access orders:read",
};

static struct json
parse(const char *text)
{
	struct json value;

	assert_int_equal(json_parse(arena, text, strlen(text), &value, NULL), OK);
	return value;
}

/* As the registration endpoint does. ERR_VALIDATION_FAILED: the field table refuses it. */
static enum err
judge(const char *text, struct registration *ret)
{
	struct json body = parse(text), known = fields_known(arena, client_metadata_fields, &body);
	struct client_metadata in = { .issuer_id = NULL };
	struct field_errors errors = { .count = 0 };
	const char *problem = NULL;

	fields_parse(arena, client_metadata_fields, &known, (struct name_values){ .count = 0 }, (struct name_values){ .count = 0 }, &in, &errors);
	if (errors.count > 0)
		return ERR_VALIDATION_FAILED;
	enum err e = client_metadata_judge(arena, &in, &hybrid, ret, &problem);
	assert_true((e == OK) == (problem == NULL));
	return e;
}

static enum err
judge_uri(const char *uri, const char *rest, struct registration *ret)
{
	return judge(arena_printf(arena, "{\"redirect_uris\":[\"%s\"]%s}", uri, rest), ret);
}

/* ---- registration ---- */

static void
rule_35_what_is_absent_has_a_default(void **state)
{
	struct registration r;

	(void)state;
	assert_int_equal(judge("{\"redirect_uris\":[\"https://app.example.com/cb\"],\"whatever\":{\"x\":1},\"client_name\":null}", &r), OK);
	assert_string_equal(r.client_name, "app.example.com");
	assert_string_equal(r.token_endpoint_auth_method, "client_secret_basic");
	assert_string_equal(r.grant_types, "authorization_code refresh_token");
	assert_string_equal(r.response_types, "code");
	assert_string_equal(r.id_token_signed_response_alg, "RS256");
	assert_string_equal(registration_type(&r), "web");
	assert_null(r.scope);
	assert_null(r.jwks);
	assert_true(r.client_secret_expires_at == NONE);
}

static void
rule_2_the_type_follows_from_the_addresses_unless_it_is_said(void **state)
{
	static const struct {
		const char *uri, *rest, *type, *method;
	} cases[] = {
		{ "https://app.example.com/cb", "", "web", "client_secret_basic" },
		{ "https://app.example.com/cb", ",\"token_endpoint_auth_method\":\"none\"", "spa", "none" },
		{ "https://app.example.com/cb", ",\"application_type\":\"native\"", "desktop", "none" },
		{ "http://localhost:7000/cb", "", "desktop", "none" },
		{ "http://127.0.0.1/cb", "", "desktop", "none" },
		{ "http://[::1]:1/cb", "", "desktop", "none" },
		{ "com.example.app:/cb", "", "desktop", "none" },
		{ "http://localhost/cb", ",\"token_endpoint_auth_method\":\"client_secret_post\"", "web", "client_secret_post" },
	};
	struct registration r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(judge_uri(cases[i].uri, cases[i].rest, &r), OK);
		assert_string_equal(registration_type(&r), cases[i].type);
		assert_string_equal(r.token_endpoint_auth_method, cases[i].method);
	}
}

static void
cr_10_cr_13_addresses_that_nobody_may_register(void **state)
{
	static const char *const bad[] = {
		"javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,x",	"vbscript:x",		      "file:///etc/passwd",
		"blob:https://a.example/x", "about:blank",	"ws://a.example/x",	"http://app.example.com/cb",  "https://*.example.com/cb",
		"https://a.example/cb#x", "https://me@a.example/cb", "https://a.example\\\\@b.example/", "https://a.example/%00",
		"http://localhost.evil.example/cb", "http://127.0.0.1@evil.example/", "HTTPS://a.example/cb", "https://", "myapp:/cb", "//a.example/cb", "/cb",
	};
	struct registration r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(judge_uri(bad[i], "", &r), ERR_INVALID_REDIRECT_URI);
	assert_int_equal(judge_uri("https://a.example/cb", ",\"post_logout_redirect_uris\":[\"javascript:x\"]", &r), ERR_INVALID_REDIRECT_URI);
	assert_int_equal(judge_uri("http://localhost/cb", ",\"application_type\":\"web\"", &r), ERR_INVALID_REDIRECT_URI);
	assert_int_equal(judge_uri("com.example.app:/cb", ",\"application_type\":\"web\"", &r), ERR_INVALID_REDIRECT_URI);
	assert_int_equal(judge("{}", &r), ERR_INVALID_REDIRECT_URI);
	assert_int_equal(judge_uri("https://a.example/cb", "", &r), OK);
}

static void
cr_12_only_the_grants_of_people_and_the_scopes_for_others_are_given(void **state)
{
	struct registration r;

	(void)state;
	assert_int_equal(judge_uri("https://a.example/cb",
				   ",\"grant_types\":[\"client_credentials\",\"authorization_code\",\"urn:ietf:params:oauth:grant-type:device_code\","
				   "\"urn:ietf:params:oauth:grant-type:token-exchange\",\"password\"],\"scope\":\"orders:read admin openid openid\"",
				   &r),
			 OK);
	assert_string_equal(r.grant_types, "authorization_code device_code");
	assert_string_equal(registration_grant_types(arena, r.grant_types), "authorization_code urn:ietf:params:oauth:grant-type:device_code");
	assert_string_equal(r.scope, "orders:read openid");
	assert_int_equal(judge_uri("https://a.example/cb", ",\"grant_types\":[\"client_credentials\"]", &r), ERR_INVALID_CLIENT_METADATA);
	assert_int_equal(judge_uri("https://a.example/cb", ",\"grant_types\":[\"refresh_token\"]", &r), ERR_INVALID_CLIENT_METADATA);
	assert_int_equal(judge_uri("https://a.example/cb", ",\"response_types\":[\"token\"]", &r), ERR_INVALID_CLIENT_METADATA);
	assert_int_equal(judge("{\"grant_types\":[\"urn:ietf:params:oauth:grant-type:device_code\"]}", &r), OK);
	assert_string_equal(r.client_name, "Device");
	assert_string_equal(r.response_types, "");
}

#define PUBLIC_KEY "{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo\""

static void
cr_18_keys_are_public_and_in_one_place(void **state)
{
	static const struct {
		const char *rest;
		enum err e;
	} cases[] = {
		{ ",\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks\":{\"keys\":[" PUBLIC_KEY "}]}", OK },
		{ ",\"token_endpoint_auth_method\":\"private_key_jwt\",\"jwks_uri\":\"https://a.example/keys\"", OK },
		{ ",\"token_endpoint_auth_method\":\"private_key_jwt\"", ERR_INVALID_CLIENT_METADATA },
		{ ",\"jwks\":{\"keys\":[" PUBLIC_KEY "}]},\"jwks_uri\":\"https://a.example/keys\"", ERR_INVALID_CLIENT_METADATA },
		{ ",\"jwks\":{\"keys\":[" PUBLIC_KEY ",\"d\":\"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A\"}]}", ERR_INVALID_CLIENT_METADATA },
		{ ",\"jwks\":{\"keys\":[{\"kty\":\"oct\",\"k\":\"AAAA\"}]}", ERR_INVALID_CLIENT_METADATA },
		{ ",\"jwks\":{\"keys\":[]}", ERR_INVALID_CLIENT_METADATA },
		{ ",\"jwks\":{}", ERR_INVALID_CLIENT_METADATA },
		{ ",\"software_statement\":\"a.b.c\"", ERR_INVALID_CLIENT_METADATA },
		{ ",\"software_statement\":{}", ERR_INVALID_CLIENT_METADATA },
		{ ",\"jwks_uri\":\"http://a.example/keys\"", ERR_VALIDATION_FAILED },
		{ ",\"token_endpoint_auth_method\":\"client_secret_jwt\"", ERR_VALIDATION_FAILED },
		{ ",\"logo_uri\":\"javascript:x\"", ERR_VALIDATION_FAILED },
		{ ",\"client_uri\":\"http://a.example/\"", ERR_VALIDATION_FAILED },
		{ ",\"client_name\":7", ERR_VALIDATION_FAILED },
	};
	struct registration r;

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(judge_uri("https://a.example/cb", cases[i].rest, &r), cases[i].e);
	assert_int_equal(judge_uri("com.example.app:/cb", ",\"token_endpoint_auth_method\":\"client_secret_basic\"", &r), ERR_INVALID_CLIENT_METADATA);
}

/* ---- documents ---- */

static void
cr_01_addresses_of_documents(void **state)
{
	static const char *const good[] = { URL, "https://a.example:8443/x", "https://a.example/x/y.json", "https://a.example/.well-known/x",
					    "https://a.example/...", "https://a.example/x%2e", "https://a.example/x/" };
	static const char *const bad[] = {
		"http://a.example/x", "https://a.example", "https://a.example/", "https://a.example/x?y", "https://a.example/x#y", "https://me@a.example/x",
		"https://a.example/../x", "https://a.example/x/..", "https://a.example/./x", "https://a.example/%2e%2E/x", "https://a.example/.%2e/x",
		"https://a.example//x", "https://[::1]/x", "https://A.example/x", "https://a.example/%00", "https://a.example/\xc3\xa9", "", "https:///x",
	};
	char path[CLIENT_DOCUMENT_URL_MAX];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(client_document_url_is_valid(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(client_document_url_is_valid(bad[i]));
	memset(path, 'x', sizeof(path));
	path[sizeof(path) - 1] = '\0';
	const char *longest = arena_printf(arena, "https://a.example/%s", path + strlen("https://a.example/") - 1);
	assert_int_equal(strlen(longest), CLIENT_DOCUMENT_URL_MAX);
	assert_true(client_document_url_is_valid(longest));
	assert_false(client_document_url_is_valid(arena_printf(arena, "%sx", longest)));
}

static enum err
judge_document(const char *members, struct registration *ret, const char **ret_problem)
{
	struct json document = parse(arena_printf(arena, "{\"redirect_uris\":[\"https://app.example.com/cb\"]%s}", members));

	return client_document_judge(arena, URL, &document, &hybrid, ret, ret_problem);
}

static void
cr_02_cr_03_a_document_names_itself_and_holds_no_secret(void **state)
{
	static const struct {
		const char *members, *problem;
	} cases[] = {
		{ "", "client_id" },
		{ ",\"client_id\":\"" URL "/\"", "client_id" },
		{ ",\"client_id\":\"" URL "\",\"client_secret\":\"x\"", "client_secret" },
		{ ",\"client_id\":\"" URL "\",\"client_secret_expires_at\":0", "client_secret" },
		{ ",\"client_id\":\"" URL "\",\"token_endpoint_auth_method\":\"client_secret_basic\"", "token_endpoint_auth_method" },
		{ ",\"client_id\":\"" URL "\",\"token_endpoint_auth_method\":\"client_secret_post\"", "token_endpoint_auth_method" },
		{ ",\"client_id\":\"" URL "\",\"token_endpoint_auth_method\":\"client_secret_jwt\"", "token_endpoint_auth_method: enum" },
	};
	struct registration r;
	const char *problem = NULL;

	(void)state;
	assert_int_equal(judge_document(",\"client_id\":\"" URL "\"", &r, &problem), OK);
	assert_string_equal(r.token_endpoint_auth_method, "none");
	assert_string_equal(registration_type(&r), "spa");
	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		assert_int_equal(judge_document(cases[i].members, &r, &problem), ERR_INVALID_CLIENT_METADATA);
		assert_string_equal(problem, cases[i].problem);
	}
	struct json list = parse("[]");
	assert_int_equal(client_document_judge(arena, URL, &list, &hybrid, &r, &problem), ERR_INVALID_CLIENT_METADATA);
	assert_string_equal(problem, "not_an_object");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(rule_35_what_is_absent_has_a_default),
		TEST(rule_2_the_type_follows_from_the_addresses_unless_it_is_said),
		TEST(cr_10_cr_13_addresses_that_nobody_may_register),
		TEST(cr_12_only_the_grants_of_people_and_the_scopes_for_others_are_given),
		TEST(cr_18_keys_are_public_and_in_one_place),
		TEST(cr_01_addresses_of_documents),
		TEST(cr_02_cr_03_a_document_names_itself_and_holds_no_secret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

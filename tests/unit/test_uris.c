/*
 * Tests of lib/uris.c.
 */
#include <string.h>

#include "lib/uris.h"
#include "tests/unit/unit.h"

struct vector {
	const char *uri;
	const char *web; /* the rule it breaks; NULL: good */
	const char *native;
};

static const struct vector vectors[] = {
	{ "https://app.example.com/callback", NULL, NULL },
	{ "https://app.example.com", NULL, NULL },
	{ "https://app.example.com:8443/cb?x=1&y=%20", NULL, NULL },
	{ "https://xn--bcher-kva.de/", NULL, NULL },
	{ "https://192.0.2.1/cb", NULL, NULL },
	{ "https://[2001:db8::1]:8443/cb", NULL, NULL },
	{ "http://localhost/callback", NULL, NULL },
	{ "http://localhost:3000/callback", NULL, NULL },
	{ "http://127.0.0.1:3000/", NULL, NULL },
	{ "http://[::1]:3000/", NULL, NULL },
	{ "com.example.app:/cb", "scheme", NULL },
	{ "com.example.app://cb", "scheme", NULL },
	{ "com.example-2.app:/cb", "scheme", NULL },

	{ "", "length", "length" },
	{ "http://app.example.com/cb", "scheme", "scheme" },
	{ "http://localhost.evil.example/cb", "scheme", "scheme" },
	{ "http://127.0.0.2/cb", "scheme", "scheme" },
	{ "http://[::2]/cb", "scheme", "scheme" },
	{ "http://127.1/cb", "scheme", "scheme" },
	{ "myapp:/cb", "scheme", "scheme" },
	{ "javascript:alert(1)", "scheme", "scheme" },
	{ "data:text/html,x", "scheme", "scheme" },
	{ "Com.example.app:/cb", "scheme", "scheme" },
	{ "com.example.:/cb", "scheme", "scheme" },
	{ ".com:/cb", "scheme", "scheme" },
	{ "HTTPS://app.example.com/", "scheme", "scheme" },
	{ "//app.example.com/cb", "scheme", "scheme" },
	{ "/cb", "scheme", "scheme" },
	{ "https:app.example.com", "scheme", "scheme" },
	{ "https:/app.example.com", "scheme", "scheme" },

	{ "https://*.example.com/cb", "wildcard", "wildcard" },
	{ "https://app.example.com/*", "wildcard", "wildcard" },
	{ "https://app.example.com/cb#frag", "fragment", "fragment" },
	{ "https://app.example.com/cb#", "fragment", "fragment" },
	{ "com.example.app:/cb#x", "fragment", "fragment" },
	{ "https://user@app.example.com/", "userinfo", "userinfo" },
	{ "https://user:pw@app.example.com/", "userinfo", "userinfo" },
	{ "https://app.example.com:443@evil.example/", "userinfo", "userinfo" },
	{ "http://localhost@evil.example/", "userinfo", "userinfo" },
	{ "com.example.app://u@x/", "scheme", "userinfo" },
	{ "https://", "host", "host" },
	{ "https:///cb", "host", "host" },
	{ "https://:443/", "host", "host" },
	{ "https://App.example.com/", "host", "host" },
	{ "https://-a.example.com/", "host", "host" },
	{ "https://a-.example.com/", "host", "host" },
	{ "https://a..example.com/", "host", "host" },
	{ "https://.example.com/", "host", "host" },
	{ "https://example.com./", "host", "host" },
	{ "https://exa_mple.com/", "host", "host" },
	{ "https://exa%6dple.com/", "host", "host" },
	{ "https://app.example.com:/", "host", "host" },
	{ "https://app.example.com:0/", "host", "host" },
	{ "https://app.example.com:65536/", "host", "host" },
	{ "https://app.example.com:080/", "host", "host" },
	{ "https://app.example.com:80x/", "host", "host" },
	{ "https://[::1/", "host", "host" },
	{ "https://[::1]x/", "host", "host" },
	{ "https://[app]/", "host", "host" },
	{ "https://a.example\\evil/", "characters", "characters" },
	{ "https://a.example/c b", "characters", "characters" },
	{ "https://a.example/\x01", "characters", "characters" },
	{ "https://a.example/\n", "characters", "characters" },
	{ "https://a.example/%00", "characters", "characters" },
	{ "https://a.example/%0d%0aX", "characters", "characters" },
	{ "https://a.example/%7F", "characters", "characters" },
	{ "https://a.example/%4", "characters", "characters" },
	{ "https://a.example/%zz", "characters", "characters" },
	{ "https://bücher.de/", "characters", "characters" },
	{ "https://a.example/<x>", "characters", "characters" },
	{ "https://a.example/\"", "characters", "characters" },
};

static void
oauth_rule_2_redirect_uris(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const char *web = redirect_uri_check(vectors[i].uri, URI_FOR_WEB);
		const char *native = redirect_uri_check(vectors[i].uri, URI_FOR_NATIVE);
		const char *expected_web = vectors[i].web == NULL ? "good" : vectors[i].web;
		const char *expected_native =
		    vectors[i].native == NULL ? "good" : vectors[i].native;
		if (strcmp(web == NULL ? "good" : web, expected_web) != 0)
			fail_msg("%s for web: %s", vectors[i].uri, web == NULL ? "good" : web);
		if (strcmp(native == NULL ? "good" : native, expected_native) != 0)
			fail_msg("%s for native: %s", vectors[i].uri,
				 native == NULL ? "good" : native);
	}
}

static void
length_is_capped(void **state)
{
	(void)state;
	char uri[REDIRECT_URI_BYTES_MAX + 2];

	memset(uri, 'a', sizeof(uri));
	memcpy(uri, "https://a.example/", strlen("https://a.example/"));
	uri[REDIRECT_URI_BYTES_MAX] = '\0';
	assert_null(redirect_uri_check(uri, URI_FOR_WEB));
	uri[REDIRECT_URI_BYTES_MAX] = 'a';
	uri[REDIRECT_URI_BYTES_MAX + 1] = '\0';
	assert_string_equal(redirect_uri_check(uri, URI_FOR_WEB), "length");
}

static void
https_urls(void **state)
{
	(void)state;
	assert_null(https_url_check("https://cdn.example.com/logo.png"));
	assert_string_equal(https_url_check("http://localhost/logo.png"), "scheme");
	assert_string_equal(https_url_check("https://u@cdn.example.com/"), "userinfo");
	assert_string_equal(https_url_check("https://cdn.example.com/#x"), "fragment");
	assert_string_equal(https_url_check("https://"), "host");
	assert_string_equal(https_url_check("https://cdn.example.com/a b"), "characters");
	assert_string_equal(https_url_check(""), "length");
}

static void
identifiers_of_resource_servers(void **state)
{
	(void)state;
	assert_null(resource_identifier_check("https://api.example.com"));
	assert_null(resource_identifier_check("https://api.example.com/v1?a=b"));
	assert_null(resource_identifier_check("urn:ietf:params:oauth"));
	assert_null(resource_identifier_check("urn:a-1:x"));
	assert_string_equal(resource_identifier_check("urn:-a:x"), "urn");
	assert_string_equal(resource_identifier_check("urn:a-:x"), "urn");
	assert_string_equal(resource_identifier_check("urn:a:x"), "urn");
	assert_string_equal(resource_identifier_check("urn:example:"), "urn");
	assert_string_equal(resource_identifier_check("urn:abcdefghijklmnopqrstuvwxyz0123456:x"), "urn");
	assert_string_equal(resource_identifier_check("urn:example:a#b"), "fragment");
	assert_string_equal(resource_identifier_check("urn:example:a b"), "characters");
	assert_string_equal(resource_identifier_check("http://localhost/"), "scheme");
}

static void
oa_02_only_the_port_of_loopback_may_differ(void **state)
{
	(void)state;
	static const char *const good[][2] = {
		{ "https://a.example/cb", "https://a.example/cb" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:51004/cb" },
		{ "http://127.0.0.1:3000/cb", "http://127.0.0.1:51004/cb" },
		{ "http://127.0.0.1:3000/cb", "http://127.0.0.1/cb" },
		{ "http://[::1]/cb", "http://[::1]:1/cb" },
		{ "http://localhost/cb?x=1", "http://localhost:65535/cb?x=1" },
		{ "com.example.app:/cb", "com.example.app:/cb" },
	};
	static const char *const bad[][2] = {
		{ "https://a.example/cb", "https://a.example:443/cb" },
		{ "https://a.example/cb", "https://a.example/cb/" },
		{ "https://a.example/cb", "https://a.example/CB" },
		{ "https://a.example/cb", "https://a.example/cb?x=1" },
		{ "https://a.example/cb", "https://A.example/cb" },
		{ "https://localhost/cb", "https://localhost:3000/cb" },
		{ "http://127.0.0.1/cb", "http://localhost/cb" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:51004/other" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:51004/cb?x" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:0/cb" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:/cb" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:080/cb" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1:1@ev.il/cb" },
		{ "http://127.0.0.1/cb", "https://127.0.0.1:51004/cb" },
		{ "http://127.0.0.1/cb", "http://127.0.0.1.evil.example/cb" },
		{ "http://a.example/cb", "http://a.example:8080/cb" },
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(redirect_uri_matches(good[i][0], good[i][1]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(redirect_uri_matches(bad[i][0], bad[i][1]));
}

static void
se_14_targets_after_sign_in_stay_on_our_host(void **state)
{
	(void)state;
	static const char *const good[] = { "/", "/dashboard",
					    "/dashboard/projects/prj_1?tab=keys#top", "/a//b" };
	static const char *const bad[] = { "",
					   "dashboard",
					   "//evil.example",
					   "/\\evil.example",
					   "\\\\evil",
					   "/%2fevil.example",
					   "/%2Fevil.example",
					   "/%5cevil.example",
					   "https:evil",
					   "https://evil.example",
					   "/a\\b",
					   "/\t/evil",
					   "\t//evil",
					   " /a",
					   "/a b",
					   "/a\n",
					   "/\x7f",
					   "/ü" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(local_path_is_safe(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(local_path_is_safe(bad[i]));
}

static void
origins_have_no_path(void **state)
{
	(void)state;
	static const char *const good[] = { "https://a.example", "https://a.example:8443",
					    "http://localhost:3000", "http://127.0.0.1" };
	static const char *const bad[] = { "https://a.example/", "https://a.example/x", "https://a.example?x",
					   "http://a.example",   "https://",            "a.example",
					   "https://u@a.example", "https://A.example",  "com.example.app:/" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_null(origin_check(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_non_null(origin_check(bad[i]));
	assert_null(host_name_check("a.example"));
	assert_null(host_name_check("localhost"));
	assert_non_null(host_name_check("[::1]"));
	assert_non_null(host_name_check("a..example"));
	assert_non_null(host_name_check("https://a.example"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(oauth_rule_2_redirect_uris),
		TEST(length_is_capped),
		TEST(https_urls),
		TEST(identifiers_of_resource_servers),
		TEST(oa_02_only_the_port_of_loopback_may_differ),
		TEST(origins_have_no_path),
		TEST(se_14_targets_after_sign_in_stay_on_our_host),
	};

	return cmocka_run_group_tests_name("uris", tests, NULL, NULL);
}

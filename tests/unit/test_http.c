/*
 * Tests of lib/http.c.
 */
#include <string.h>

#include "lib/http.h"
#include "tests/unit/unit.h"

static enum err
split(const char *uri, const char **ret_path, const char **ret_query)
{
	return http_split_uri(arena, uri, ret_path, ret_query);
}

static void
uris_are_split_at_the_first_question_mark(void **state)
{
	(void)state;
	static const char *const vectors[][3] = {
		{ "/", "/", "" },
		{ "/api/v1/projects", "/api/v1/projects", "" },
		{ "/api/v1/projects?", "/api/v1/projects", "" },
		{ "/api/v1/projects?limit=1&x=%2F/..;", "/api/v1/projects", "limit=1&x=%2F/..;" },
		{ "/a?b?c", "/a", "b?c" },
		{ "/.well-known/openid-configuration", "/.well-known/openid-configuration", "" },
		{ "/p/proj_X/a.b/...", "/p/proj_X/a.b/...", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		const char *path = NULL;
		const char *query = NULL;
		assert_int_equal(split(vectors[i][0], &path, &query), OK);
		assert_string_equal(path, vectors[i][1]);
		assert_string_equal(query, vectors[i][2]);
	}
}

static void
ht_07_ambiguous_paths(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"*",
		"api",
		"http://evil.test/api",
		"//",
		"//api",
		"/api//v1",
		"/api/",
		"/api/v1/./x",
		"/api/v1/../x",
		"/.",
		"/..",
		"/api/.",
		"/api/..",
		"/./api",
		"/api/v1/a%2Fb",
		"/api/v1/a%2fb",
		"/api/v1/a%5Cb",
		"/api/%00",
		"/api/%2e%2e/x",
		"/%61pi",
		"/api/%252e",
		"/api;x=1/y",
		"/api/a\\b",
		"/api#frag",
		"/api?x=#frag",
		"/api/a b",
		"/api/\t",
		"/api/\x01",
		"/api/\x7f",
		"/api/ü",
		"/api/\xff",
		"/api?x=\xff",
		"/api?a b",
		"/api/v1//",
		"/api\n",
		"?x=1",
	};
	const char *path = "untouched";
	const char *query = "untouched";

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		/* A slash at the end is no ambiguity but a path that no route has (HT-08). */
		enum err expected = strcmp(bad[i], "/api/") == 0 ? OK : ERR_INVALID_PATH;
		const char *ignored_path = path;
		if (split(bad[i], &ignored_path, &query) != expected)
			fail_msg("%s", bad[i]);
	}
	assert_string_equal(path, "untouched");
}

static void
ht_07_length(void **state)
{
	(void)state;
	char uri[8194];
	const char *path = NULL;
	const char *query = NULL;

	memset(uri, 'a', sizeof(uri));
	uri[0] = '/';
	uri[8192] = '\0';
	assert_int_equal(split(uri, &path, &query), OK);
	uri[8192] = 'a';
	uri[8193] = '\0';
	assert_int_equal(split(uri, &path, &query), ERR_INVALID_PATH);
}

static void
queries_are_decoded(void **state)
{
	(void)state;
	struct name_values pairs;
	const char *bad = NULL;

	assert_int_equal(
	    http_parse_query(arena, "a=1&b=x%20y+z&c=&d&%65=%C3%BC&f=a=b", &pairs, &bad), OK);
	assert_int_equal(pairs.count, 6);
	assert_string_equal(pairs.items[0].value, "1");
	assert_string_equal(pairs.items[1].value, "x y z");
	assert_string_equal(pairs.items[2].value, "");
	assert_string_equal(pairs.items[3].name, "d");
	assert_string_equal(pairs.items[3].value, "");
	assert_string_equal(pairs.items[4].name, "e");
	assert_string_equal(pairs.items[4].value, "ü");
	assert_string_equal(pairs.items[5].value, "a=b");
	assert_int_equal(http_parse_query(arena, "", &pairs, &bad), OK);
	assert_int_equal(pairs.count, 0);
	assert_null(bad);
}

static void
ht_14_queries_that_have_two_readings(void **state)
{
	(void)state;
	static const char *const vectors[][2] = {
		{ "a=1&a=2", "a" },     { "a=1&b=2&a=1", "a" },
		{ "a=1&%61=2", "%61" }, { "a=%", "a" },
		{ "a=%zz", "a" },       { "x=%00", "x" },
		{ "x%00=1", "x%00" },   { "x=%C0%AF", "x" },
		{ "x=%FF", "x" },       { "=1", "" },
		{ "a=1&", "" },         { "&a=1", "" },
		{ "a=1&&b=2", "" },     { "&", "" },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		struct name_values pairs = { .count = 77 };
		const char *bad = NULL;
		assert_int_equal(http_parse_query(arena, vectors[i][0], &pairs, &bad),
				 ERR_VALIDATION_FAILED);
		assert_string_equal(bad, vectors[i][1]);
		assert_int_equal(pairs.count, 77);
	}
}

static void
queries_have_at_most_64_pairs(void **state)
{
	(void)state;
	struct name_values pairs;
	const char *bad = NULL;
	const char *query = "p0";

	for (int i = 1; i < 64; i++)
		query = arena_printf(arena, "%s&p%d", query, i);
	assert_int_equal(http_parse_query(arena, query, &pairs, &bad), OK);
	assert_int_equal(pairs.count, 64);
	query = arena_printf(arena, "%s&p64", query);
	assert_int_equal(http_parse_query(arena, query, &pairs, &bad), ERR_VALIDATION_FAILED);
}

#define OURS "__Host-gatehouse"

static struct strings
cookies(const char *header)
{
	struct strings values = { 0 };

	http_find_cookies(arena, header, OURS, &values);
	return values;
}

static void
cookies_are_found_among_others(void **state)
{
	(void)state;
	static const char *const headers[] = {
		OURS "=abc",
		"a=1; " OURS "=abc",
		OURS "=abc; b=2",
		"a=1; " OURS "=abc; b=2",
		"a; =x; " OURS "=abc;",
		"a=1;" OURS "=no; " OURS "=abc",
	};

	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		struct strings values = cookies(headers[i]);
		assert_int_equal(values.count, 1);
		assert_string_equal(values.items[0], "abc");
	}
	assert_string_equal(cookies(OURS "=").items[0], "");
	assert_string_equal(cookies(OURS "=a=b\"c").items[0], "a=b\"c");
}

static void
se_02_other_spellings_are_other_cookies(void **state)
{
	(void)state;
	static const char *const headers[] = {
		"",
		OURS,
		OURS ";",
		"x" OURS "=abc",
		OURS "x=abc",
		OURS " =abc",
		" " OURS "=abc",
		"a=1;" OURS "=abc",
		"a=1;  " OURS "=abc",
		"a=1;\t" OURS "=abc",
		"a=1; \t" OURS "=abc",
		"a=1, " OURS "=abc",
		"\xc2\xa0" OURS "=abc",
		"a=1; \xe2\x80\x80" OURS "=abc",
		"__host-gatehouse=abc",
		"__HOST-GATEHOUSE=abc",
		"$Version=1," OURS "=abc",
		"$" OURS "=abc",
		"a=\"1; b\" " OURS "=abc",
		"=" OURS "=abc",
	};

	assert_int_equal(cookies(OURS "=abc").count, 1);
	for (size_t i = 0; i < ARRAY_LEN(headers); i++) {
		if (cookies(headers[i]).count != 0)
			fail_msg("%s", headers[i]);
	}
}

static void
ht_05_two_cookies_are_both_told(void **state)
{
	(void)state;
	struct strings values = { 0 };

	http_find_cookies(arena, "a=1; " OURS "=first", OURS, &values);
	assert_int_equal(values.count, 1);
	http_find_cookies(arena, OURS "=second; " OURS "=third", OURS, &values);
	assert_int_equal(values.count, 3);
	assert_string_equal(values.items[0], "first");
	assert_string_equal(values.items[1], "second");
	assert_string_equal(values.items[2], "third");
}

static void
many_cookies_are_cut_but_stay_many(void **state)
{
	(void)state;
	const char *header = OURS "=0";

	for (int i = 1; i < 100; i++)
		header = arena_printf(arena, "%s; " OURS "=%d", header, i);
	assert_in_range(cookies(header).count, 2, 8);
}

static void
authorization_is_read_by_its_grammar(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		enum authorization_scheme scheme;
		const char *credentials;
	} good[] = {
		{ NULL, AUTHORIZATION_NONE, "" },
		{ "Bearer abc", AUTHORIZATION_BEARER, "abc" },
		{ "bearer gsk_live_A-._~+/9==", AUTHORIZATION_BEARER, "gsk_live_A-._~+/9==" },
		{ "BEARER a", AUTHORIZATION_BEARER, "a" },
		{ "Basic dXNlcjpwdw==", AUTHORIZATION_BASIC, "dXNlcjpwdw==" },
		{ "DPoP abc", AUTHORIZATION_DPOP, "abc" },
		{ "Digest a=\"b\", c=d", AUTHORIZATION_OTHER, "a=\"b\", c=d" },
		{ "Negotiate", AUTHORIZATION_OTHER, "" },
		{ "Bearerx abc", AUTHORIZATION_OTHER, "abc" },
	};
	static const char *const bad[] = { "",
					   " ",
					   "Bearer",
					   "Bearer ",
					   "Bearer  abc",
					   " Bearer abc",
					   "Bearer abc ",
					   "Bearer a b",
					   "Bearer\tabc",
					   "Bearer a,b",
					   "Bearer ==",
					   "Bearer a=b",
					   "Bearer \"a\"",
					   "Bearer ü",
					   "Bearer a\n",
					   "Basic",
					   "Basic a:b",
					   "Bearer:abc",
					   "@ abc",
					   "Bear\xc3\xa9r x" };
	enum authorization_scheme scheme = AUTHORIZATION_OTHER;
	const char *credentials = NULL;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(
		    http_parse_authorization(arena, good[i].header, &scheme, &credentials), OK);
		assert_int_equal(scheme, good[i].scheme);
		assert_string_equal(credentials, good[i].credentials);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(http_parse_authorization(arena, bad[i], &scheme, &credentials),
				 ERR_INVALID_HEADER);
}

/* RFC 6749 section 2.3.1: both halves are form-encoded before they are joined. */
static void
clients_by_basic(void **state)
{
	(void)state;
	static const struct {
		const char *credentials, *id, *secret;
	} good[] = {
		{ "dXNlcjpwdw==", "user", "pw" },
		{ "dXNlcjo=", "user", "" },
		{ "YTpiOmM=", "a", "b:c" },
		{ "YSUzQWI6YytkJTI1", "a:b", "c d%" },
	};
	static const char *const bad[] = { "dXNlcg==", "dXNlcjpwdw", "!", "dXNlcgA6cHc=", "dXNlcjolWg==" };
	const char *id, *secret;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_true(http_parse_basic_client(arena, good[i].credentials, &id, &secret));
		assert_string_equal(id, good[i].id);
		assert_string_equal(secret, good[i].secret);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(http_parse_basic_client(arena, bad[i], &id, &secret));
}

static void
media_types(void **state)
{
	(void)state;

	assert_true(http_is_form("application/x-www-form-urlencoded"));
	assert_true(http_is_form("Application/X-WWW-Form-Urlencoded; charset=UTF-8"));
	assert_false(http_is_form("application/x-www-form-urlencoded; charset=latin1"));
	assert_false(http_is_form("application/json"));
	assert_false(http_is_form(NULL));
	assert_true(http_is_json("application/json"));
	assert_false(http_is_json("application/jsonp"));
}

static void
entity_tags_weak_and_strong(void **state)
{
	(void)state;
	static const struct {
		const char *header;
		const char *etag;
		bool weak_matches, strong_matches;
	} vectors[] = {
		{ "\"1\"", "\"1\"", true, true },
		{ "\"2\"", "\"1\"", false, false },
		{ "W/\"1\"", "\"1\"", true, false },
		{ "\"1\"", "W/\"1\"", true, false },
		{ "W/\"1\"", "W/\"1\"", true, false },
		{ "*", "\"1\"", true, true },
		{ " * ", "\"1\"", true, true },
		{ "\"0\", \"1\"", "\"1\"", true, true },
		{ "\"0\",\"2\" , W/\"1\"", "\"1\"", true, false },
		{ "\"a,b\", \"1\"", "\"1\"", true, true },
		{ "\"1", "\"1\"", false, false },
		{ "1", "\"1\"", false, false },
		{ "", "\"1\"", false, false },
		{ "w/\"1\"", "\"1\"", false, false },
		{ "\"1\" \"2\"", "\"1\"", false, false },
		{ "\"1\",", "\"1\"", false, false },
		{ "\"1\", *", "\"1\"", false, false },
		{ "*, \"1\"", "\"1\"", false, false },
		{ "\"1 \"", "\"1\"", false, false },
	};

	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		assert_int_equal(http_etag_matches(vectors[i].header, vectors[i].etag, true),
				 vectors[i].weak_matches);
		assert_int_equal(http_etag_matches(vectors[i].header, vectors[i].etag, false),
				 vectors[i].strong_matches);
	}
}

static void
ht_12_media_types(void **state)
{
	(void)state;
	static const char *const good[] = { "application/json", "Application/JSON",
					    "application/json; charset=utf-8",
					    "application/json;charset=UTF-8",
					    "application/json ; charset=\"utf-8\"" };
	static const char *const bad[] = { "",
					   "text/json",
					   "application/jsonx",
					   "application/json;",
					   "application/json; charset=latin1",
					   "application/json; charset=utf-8; x=y",
					   "application/json charset=utf-8",
					   "application/scim+json",
					   "application/x-www-form-urlencoded",
					   "text/plain, application/json",
					   " application/json" };

	for (size_t i = 0; i < ARRAY_LEN(good); i++)
		assert_true(http_is_json(good[i]));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(http_is_json(bad[i]));
	assert_false(http_is_json(NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(uris_are_split_at_the_first_question_mark),
		TEST(ht_07_ambiguous_paths),
		TEST(ht_07_length),
		TEST(queries_are_decoded),
		TEST(ht_14_queries_that_have_two_readings),
		TEST(queries_have_at_most_64_pairs),
		TEST(cookies_are_found_among_others),
		TEST(se_02_other_spellings_are_other_cookies),
		TEST(ht_05_two_cookies_are_both_told),
		TEST(many_cookies_are_cut_but_stay_many),
		TEST(authorization_is_read_by_its_grammar),
		TEST(clients_by_basic),
		TEST(media_types),
		TEST(entity_tags_weak_and_strong),
		TEST(ht_12_media_types),
	};

	return cmocka_run_group_tests_name("http", tests, NULL, NULL);
}

/*
 * Tests of lib/claims.c.
 */
#include <string.h>

#include "lib/claims.h"
#include "tests/unit/unit.h"

static struct json
parse(const char *text)
{
	struct json value;

	assert_int_equal(json_parse(arena, text, strlen(text), &value, NULL), OK);
	return value;
}

static const char *
rule(const char *key, const char *text)
{
	struct json value = parse(text);

	return claim_rule(key, &value);
}

static const char *
text_of(char c, size_t len)
{
	char *text = arena_alloc(arena, len + 1);

	memset(text, c, len);
	return text;
}

static void
what_tokens_say_themselves_is_reserved(void **state)
{
	(void)state;
	static const char *const reserved[] = { "iss", "sub", "aud", "exp", "nbf", "iat", "jti", "azp", "name", "email", "email_verified", "address",
						"updated_at", "scope", "scopes", "client_id", "sid", "gid", "project_id", "environment",
						"features", "features_omitted", "custom_claims", "token_version", "cnf", "act", "org_id",
						"org_anything", "workspace_id", "workspace_roles", "gh_x" };
	static const char *const free_ones[] = { "plan", "role", "tier", "organization", "workspaces", "names", "ghost", "issuer" };

	for (size_t i = 0; i < ARRAY_LEN(reserved); i++)
		if (!claim_is_reserved(reserved[i]))
			fail_msg("%s", reserved[i]);
	for (size_t i = 0; i < ARRAY_LEN(free_ones); i++)
		if (claim_is_reserved(free_ones[i]))
			fail_msg("%s", free_ones[i]);
}

static void
names(void **state)
{
	(void)state;
	assert_null(rule("a", "1"));
	assert_null(rule("tier_2", "1"));
	assert_null(rule(text_of('a', 64), "1"));
	assert_string_equal(rule(text_of('a', 65), "1"), "pattern");
	assert_string_equal(rule("", "1"), "pattern");
	assert_string_equal(rule("2nd", "1"), "pattern");
	assert_string_equal(rule("_a", "1"), "pattern");
	assert_string_equal(rule("Tier", "1"), "pattern");
	assert_string_equal(rule("a-b", "1"), "pattern");
	assert_string_equal(rule("ä", "1"), "pattern");
}

static void
values(void **state)
{
	(void)state;
	assert_null(rule("a", "null"));
	assert_null(rule("a", "true"));
	assert_null(rule("a", "-9007199254740991"));
	assert_null(rule("a", "0.25"));
	assert_null(rule("a", "\"two\\nlines ü\""));
	assert_null(rule("a", "[]"));
	assert_null(rule("a", "[\"x\",\"y\"]"));
	assert_string_equal(rule("a", "{}"), "type");
	assert_string_equal(rule("a", "[1]"), "type");
	assert_string_equal(rule("a", "[[]]"), "type");
	assert_string_equal(rule("a", "\"\\u0007\""), "characters");
	assert_null(rule("role", "\"editor\""));
	assert_null(rule("role", "null"));
	assert_string_equal(rule("role", "1"), "type");
	assert_string_equal(rule("role", "[\"editor\"]"), "type");
}

static void
lengths(void **state)
{
	(void)state;
	struct buffer many = buffer_new(arena);

	assert_null(rule("a", arena_printf(arena, "\"%s\"", text_of('x', 1024))));
	assert_string_equal(rule("a", arena_printf(arena, "\"%s\"", text_of('x', 1025))), "length");
	assert_null(rule("a", arena_printf(arena, "[\"%s\"]", text_of('x', 256))));
	assert_string_equal(rule("a", arena_printf(arena, "[\"%s\"]", text_of('x', 257))), "length");
	for (int i = 0; i < 64; i++)
		buffer_text(&many, i == 0 ? "[\"\"" : ",\"\"");
	assert_null(rule("a", arena_printf(arena, "%s]", buffer_string(&many))));
	assert_string_equal(rule("a", arena_printf(arena, "%s,\"\"]", buffer_string(&many))), "items");
}

static void
claims_are_merged_by_their_names(void **state)
{
	(void)state;
	static const struct claim stored[] = { { "change", "1" }, { "drop", "2" }, { "keep", "\"x\"" }, { "same", "true" } };
	struct json patch = parse("{\"new\":[\"y\"],\"same\":true,\"change\":1.5,\"drop\":null,\"never\":null}");
	struct claims_merged merged = claims_merge(arena, stored, ARRAY_LEN(stored), &patch);

	assert_string_equal(claims_text(arena, merged.all, merged.count), "{\"change\":1.5,\"keep\":\"x\",\"new\":[\"y\"],\"same\":true}");
	assert_string_equal(claims_text(arena, merged.set, merged.set_count), "{\"new\":[\"y\"],\"change\":1.5}");
	assert_int_equal(merged.removed.count, 1);
	assert_string_equal(merged.removed.items[0], "drop");
	assert_true(claims_fit(arena, &merged));
}

static void
limits_count_what_is_left(void **state)
{
	(void)state;
	struct claim stored[CLAIMS_MAX];
	struct json more = parse("{\"b\":1}"), swap = parse("{\"b\":1,\"a00\":null}");

	for (size_t i = 0; i < CLAIMS_MAX; i++)
		stored[i] = (struct claim){ arena_printf(arena, "a%02zu", i), "1" };
	struct claims_merged merged = claims_merge(arena, stored, CLAIMS_MAX, &more);
	assert_false(claims_fit(arena, &merged));
	merged = claims_merge(arena, stored, CLAIMS_MAX, &swap);
	assert_true(claims_fit(arena, &merged));

	/* {"a":"…"} has eight octets beside the text. */
	struct claim large = { "a", arena_printf(arena, "\"%s\"", text_of('x', CLAIMS_BYTES_MAX - 8)) };
	merged = (struct claims_merged){ .all = &large, .count = 1 };
	assert_true(claims_fit(arena, &merged));
	large.value = arena_printf(arena, "\"%s\"", text_of('x', CLAIMS_BYTES_MAX - 7));
	assert_false(claims_fit(arena, &merged));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_tokens_say_themselves_is_reserved),
		TEST(names),
		TEST(values),
		TEST(lengths),
		TEST(claims_are_merged_by_their_names),
		TEST(limits_count_what_is_left),
	};

	return cmocka_run_group_tests_name("claims", tests, NULL, NULL);
}

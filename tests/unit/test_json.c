/*
 * Tests of lib/json.c and lib/json_scan.c: what json-c alone would take (security.md 4.6) is
 * refused.
 */
#include <string.h>

#include "lib/buffer.h"
#include "lib/json.h"
#include "tests/unit/unit.h"

static enum err
parse_octets(const char *text, size_t len, struct json *ret)
{
	/* An exact copy without a NUL behind, so that a sanitizer sees a read past the end. */
	struct arena *exact = arena_new(UNIT_ARENA_BYTES);
	char *copy = arena_copy(exact, text, len);
	enum err e = json_parse(arena, copy, len, ret, NULL);

	arena_free(exact);
	return e;
}

static enum err
parse(const char *text, struct json *ret)
{
	return parse_octets(text, strlen(text), ret);
}

static void
assert_refused(const char *text)
{
	struct json value = { .type = JSON_BOOL };
	const char *reason = NULL;

	if (json_parse(arena, text, strlen(text), &value, &reason) != ERR_INVALID_JSON)
		fail_msg("taken: %s", text);
	assert_non_null(reason);
	assert_int_equal(value.type, JSON_BOOL);
}

static void
assert_taken(const char *text)
{
	struct json value;
	const char *reason = NULL;

	if (json_parse(arena, text, strlen(text), &value, &reason) != OK)
		fail_msg("refused: %s: %s", text, reason);
}

static void
values_of_every_type(void **state)
{
	(void)state;
	struct json value;

	assert_int_equal(parse(" {\"a\":[1,-2,true,false,null,\"x\"],\"b\":{}}\r\n\t", &value), OK);
	assert_int_equal(value.type, JSON_OBJECT);
	assert_int_equal(value.count, 2);
	assert_string_equal(value.names[1], "b");
	const struct json *list = json_member(&value, "a");
	assert_int_equal(list->type, JSON_ARRAY);
	assert_int_equal(list->count, 6);
	assert_int_equal(list->items[0].integer, 1);
	assert_int_equal(list->items[1].integer, -2);
	assert_true(list->items[2].boolean);
	assert_int_equal(list->items[3].type, JSON_BOOL);
	assert_false(list->items[3].boolean);
	assert_int_equal(list->items[4].type, JSON_NULL);
	assert_string_equal(list->items[5].string, "x");
	assert_int_equal(json_member(&value, "b")->count, 0);
	assert_null(json_member(&value, "c"));
	assert_null(json_member(list, "a"));
	assert_null(json_member(NULL, "a"));
}

static void
scalars_at_the_top(void **state)
{
	(void)state;
	struct json value;

	assert_int_equal(parse("12", &value), OK);
	assert_int_equal(value.integer, 12);
	assert_int_equal(parse("true", &value), OK);
	assert_int_equal(parse("null", &value), OK);
	assert_int_equal(value.type, JSON_NULL);
	assert_int_equal(parse("\"x\"", &value), OK);
}

static void
strings_are_unescaped(void **state)
{
	(void)state;
	struct json value;

	assert_int_equal(
	    parse("\"\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\\u20ac\\ud834\\udd1e\"", &value), OK);
	assert_string_equal(value.string, "\"\\/\b\f\n\r\tü€𝄞");
	assert_int_equal(parse("\"ü€𝄞\x7f\"", &value), OK);
	assert_string_equal(value.string, "ü€𝄞\x7f");
}

static void
ht_15_duplicate_members(void **state)
{
	(void)state;
	assert_taken("{\"a\":1,\"b\":2,\"A\":3}");
	assert_taken("{\"a\":{\"a\":1},\"b\":[{\"a\":1},{\"a\":2}]}");
	assert_refused("{\"a\":1,\"a\":2}");
	assert_refused("{\"a\":1,\"b\":2,\"a\":1}");
	assert_refused("{\"a\":1,\"\\u0061\":2}");
	assert_refused("{\"x\":[{\"a\":1,\"a\":1}]}");
	assert_refused("{\"a\":{\"b\":1},\"a\":{\"c\":1}}");
	assert_refused("{\"\":1,\"\":2}");
}

static void
ht_15_nul_in_every_spelling(void **state)
{
	(void)state;
	struct json value;

	assert_taken("{\"ab\":\"xy\"}");
	assert_refused("{\"a\\u0000b\":1}");
	assert_refused("\"x\\u0000y\"");
	assert_int_equal(parse_octets("\"x\0y\"", 5, &value), ERR_INVALID_JSON);
	assert_int_equal(parse_octets("{}\0", 3, &value), ERR_INVALID_JSON);
	assert_int_equal(parse_octets("\0{}", 3, &value), ERR_INVALID_JSON);
	assert_int_equal(parse_octets("1\0", 2, &value), ERR_INVALID_JSON);
}

static void
ht_15_invalid_utf_8(void **state)
{
	(void)state;
	assert_taken("{\"ü\":\"€\"}");
	assert_refused("\"\xc0\xaf\"");
	assert_refused("\"\xed\xa0\x80\"");
	assert_refused("\"\xff\"");
	assert_refused("\"\xc3\"");
	assert_refused("{\"\xc0\x80\":1}");
	assert_refused("\xef\xbb\xbf{}"); /* byte order mark */
	assert_refused("\xff\xfe{\0}");
}

static void
ht_15_halves_of_surrogate_pairs(void **state)
{
	(void)state;
	assert_taken("\"\\ud834\\udd1e\"");
	assert_refused("\"\\ud834\"");
	assert_refused("\"\\udd1e\"");
	assert_refused("\"\\ud834x\"");
	assert_refused("\"\\ud834\\n\"");
	assert_refused("\"\\ud834\\ud834\"");
	assert_refused("\"\\udd1e\\ud834\"");
	assert_refused("\"\\ud834\\u0041\"");
}

static void
at_05_fractions_are_cut_off_where_others_signed(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t value;
	} good[] = { { "1.5", 1 }, { "1800000000.999", 1800000000 }, { "-2.5", -2 }, { "7", 7 }, { "0.5", 0 }, { "1.5e3", 1500 } };
	static const char *const bad[] = { "1.", ".5", "1.5.5", "01.5", "9007199254740992", "1.-5", "NaN" };
	struct json value;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		assert_int_equal(json_parse_cut(arena, good[i].text, strlen(good[i].text), &value), OK);
		assert_int_equal(value.type, JSON_INT);
		assert_true(value.integer == good[i].value);
	}
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_int_equal(json_parse_cut(arena, bad[i], strlen(bad[i]), &value), ERR_INVALID_JSON);
	assert_int_equal(json_parse_cut(arena, "9007199254740992.5", 18, &value), OK);
	assert_int_equal(value.type, JSON_NUMBER);
}

static void
ht_15_numbers(void **state)
{
	(void)state;
	static const char *const bad[] = { "NaN",
					   "-Infinity",
					   "Infinity",
					   "1e400",
					   "1.5e400",
					   "1e-100",
					   "0.123456789012345678901234567890123",
					   "1e",
					   "1e+",
					   "1.e3",
					   "1.5.5",
					   "01.5",
					   "01",
					   "-01",
					   "+1",
					   "--1",
					   "1-",
					   "-",
					   ".5",
					   "5.",
					   "0x10",
					   "9007199254740992",
					   "-9007199254740992",
					   "18446744073709551616",
					   "-9223372036854775809",
					   "99999999999999999999999",
					   "1_000",
					   "1,0" };
	struct json value;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++) {
		assert_refused(bad[i]);
		assert_refused(arena_printf(arena, "{\"a\":%s}", bad[i]));
	}
	assert_int_equal(parse("9007199254740991", &value), OK);
	assert_true(value.integer == INT64_C(9007199254740991));
	assert_int_equal(parse("-9007199254740991", &value), OK);
	assert_true(value.integer == INT64_C(-9007199254740991));
	assert_int_equal(parse("0", &value), OK);
	assert_int_equal(parse("-0", &value), OK);
	assert_int_equal(value.integer, 0);
}

static void
ht_15_numbers_that_are_not_whole(void **state)
{
	(void)state;
	static const char *const good[] = { "1.5", "-0.25", "1.0", "1e3", "1E3", "2.5e-10", "1e+99", "0.1234567890123456789012345678" };
	struct json value;

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		struct buffer out = buffer_new(arena);

		assert_int_equal(parse(arena_printf(arena, "[%s]", good[i]), &value), OK);
		assert_int_equal(value.items[0].type, JSON_NUMBER);
		json_render(&out, &value.items[0]);
		assert_string_equal(buffer_string(&out), good[i]);
	}
}

static void
ht_15_what_json_c_reads_and_json_is_not(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",          " ",           "{'a':1}",     "{a:1}",       "\"a\nb\"",
		"\"a\tb\"",  "[1,]",        "{\"a\":1,}",  "[,1]",        "[1,,2]",
		"// x\n{}",  "{}/* x */",   "{}{}",        "{} x",        "TRUE",
		"True",      "nul",         "nullx",       "truefalse",   "[1 2]",
		"{\"a\" 1}", "{\"a\":}",    "{:1}",        "{\"a\"}",     "{1:2}",
		"[",         "{",           "]",           "}",           "{\"a\":1",
		"[1",        "\"",          "\"a",         "\"\\",        "\"\\x41\"",
		"\"\\u12\"", "\"\\u12g4\"", "\"\\U0041\"", "\"\\'\"",     "[1}",
		"{\"a\":1]", "\v{}",        "\f{}",        "{\"a\"::1}",  "\xc2\xa0{}",
		"[\"a\":1]", "undefined",   "'a'",         "\"\\u 041\"",
	};

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_refused(bad[i]);
	assert_taken("{}");
	assert_taken("[]");
	assert_taken(" [ ] ");
	assert_taken("{ }");
}

static const char *
nested(size_t depth, char open, char close)
{
	char *text = arena_alloc(arena, depth * 2 + 1);

	memset(text, open, depth);
	memset(text + depth, close, depth);
	return text;
}

static void
ht_15_depth(void **state)
{
	(void)state;
	assert_taken(nested(JSON_DEPTH_MAX, '[', ']'));
	assert_refused(nested(JSON_DEPTH_MAX + 1, '[', ']'));
	assert_refused(nested(100000, '[', ']'));

	struct buffer deep = buffer_new(arena);
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		buffer_text(&deep, "{\"a\":");
	buffer_text(&deep, "1");
	for (int i = 0; i < JSON_DEPTH_MAX; i++)
		buffer_text(&deep, "}");
	assert_taken(buffer_string(&deep));
	assert_refused(arena_printf(arena, "[%s]", buffer_string(&deep)));
	/* Depth is given back. */
	assert_taken("[[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],[],["
		     "],[],[],[],[],[],[],[],[],[]]");
}

static const char *
object_of(size_t members)
{
	struct buffer text = buffer_new(arena);

	buffer_char(&text, '{');
	for (size_t i = 0; i < members; i++)
		buffer_printf(&text, "%s\"m%zu\":0", i == 0 ? "" : ",", i);
	buffer_char(&text, '}');
	return buffer_string(&text);
}

static void
ht_15_member_count(void **state)
{
	(void)state;
	assert_taken(object_of(JSON_MEMBERS_MAX));
	assert_refused(object_of(JSON_MEMBERS_MAX + 1));
	/* Each object has a count of its own, an inner one as well. */
	assert_taken(arena_printf(arena, "[%s,%s]", object_of(JSON_MEMBERS_MAX),
				  object_of(JSON_MEMBERS_MAX)));
	assert_refused(arena_printf(arena, "{\"in\":%s,%s", object_of(1),
				    object_of(JSON_MEMBERS_MAX) + 1));
}

static void
ht_15_member_count_in_all(void **state)
{
	(void)state;
	struct buffer text = buffer_new(arena);

	for (size_t i = 0; i < JSON_MEMBERS_IN_ALL_MAX / JSON_MEMBERS_MAX; i++)
		buffer_printf(&text, "%s%s", i == 0 ? "[" : ",", object_of(JSON_MEMBERS_MAX));
	assert_taken(arena_printf(arena, "%s]", buffer_string(&text)));
	assert_refused(arena_printf(arena, "%s,%s]", buffer_string(&text), object_of(1)));
}

static void
reason_names_the_octet(void **state)
{
	(void)state;
	struct json value;
	const char *reason = NULL;

	assert_int_equal(json_parse(arena, "{\"a\":tru}", 9, &value, &reason), ERR_INVALID_JSON);
	assert_string_equal(reason, "a value was expected (at octet 5)");
}

static void
more_elements_than_the_arena_holds_are_refused(void **state)
{
	(void)state;
	struct json value;
	size_t count = 20000;
	char *text = arena_alloc(arena, count * 2 + 2);
	struct arena *small = arena_new((size_t)256 * 1024);

	text[0] = '[';
	for (size_t i = 0; i < count; i++) {
		text[1 + 2 * i] = '1';
		text[2 + 2 * i] = i + 1 == count ? ']' : ',';
	}
	assert_int_equal(json_parse(small, text, count * 2 + 1, &value, NULL), ERR_BODY_TOO_LARGE);
	assert_int_equal(json_parse(arena, text, count * 2 + 1, &value, NULL), OK);
	assert_int_equal(value.count, count);
	arena_free(small);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(values_of_every_type),
		TEST(scalars_at_the_top),
		TEST(strings_are_unescaped),
		TEST(ht_15_duplicate_members),
		TEST(ht_15_nul_in_every_spelling),
		TEST(ht_15_invalid_utf_8),
		TEST(ht_15_halves_of_surrogate_pairs),
		TEST(ht_15_numbers),
		TEST(at_05_fractions_are_cut_off_where_others_signed),
		TEST(ht_15_numbers_that_are_not_whole),
		TEST(ht_15_what_json_c_reads_and_json_is_not),
		TEST(ht_15_depth),
		TEST(ht_15_member_count),
		TEST(ht_15_member_count_in_all),
		TEST(reason_names_the_octet),
		TEST(more_elements_than_the_arena_holds_are_refused),
	};

	return cmocka_run_group_tests_name("json", tests, NULL, NULL);
}

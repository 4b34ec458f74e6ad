/*
 * Tests of lib/json_split.c.
 */
#include "lib/buffer.h"
#include "lib/json_split.h"
#include "tests/unit/unit.h"

/* The elements with | between them and how it ended, the text handed over `step` octets at a time. */
static const char *
split_by(const char *text, size_t step)
{
	struct json_split split = { 0 };
	struct buffer shown = buffer_new(arena);
	size_t begin = 0, end = 0, all = strlen(text), start, len;

	for (;;) {
		/* An exact copy, so that a sanitizer sees a read past the end. */
		const char *part = arena_strndup(arena, text + begin, end - begin);
		enum json_cut cut = json_split(&split, part, end - begin, &start, &len);

		if (cut == CUT_ELEMENT) {
			buffer_add(&shown, part + start, len);
			buffer_char(&shown, '|');
		}
		begin += start + len;
		if (cut == CUT_END || cut == CUT_BROKEN || (cut == CUT_MORE && end == all)) {
			buffer_text(&shown, cut == CUT_END ? "end" : cut == CUT_BROKEN ? "broken" : "more");
			return buffer_string(&shown);
		}
		if (cut == CUT_MORE)
			end = end + step < all ? end + step : all;
	}
}

/* Whatever the steps, the outcome is one. */
static void
assert_split(const char *text, const char *expected)
{
	for (size_t step = 1; step <= strlen(text) + 1; step++)
		assert_string_equal(split_by(text, step), expected);
}

static void
an_array_is_cut_into_its_elements(void **state)
{
	(void)state;
	assert_split("[]", "end");
	assert_split(" [ {\"a\":1} , {\"b\":[2,{}]} ] ", "{\"a\":1}|{\"b\":[2,{}]}|end");
	assert_split("[1,true,\"x\",null]", "1|true|\"x\"|null|end");
}

static void
brackets_and_quotes_in_strings_are_text(void **state)
{
	(void)state;
	assert_split("[{\"a\":\"}]\"},{\"b\":\"\\\"]\\\\\"}]", "{\"a\":\"}]\"}|{\"b\":\"\\\"]\\\\\"}|end");
}

static void
users_are_found_among_other_members(void **state)
{
	(void)state;
	assert_split("{\"realm\":\"x\",\"clients\":[{\"users\":[1]}],\"n\":12,\"users\":[{\"a\":1},2],\"users\":[3]}", "{\"a\":1}|2|end");
	assert_split("{\"users\":7,\"user\":[1],\"users\" : [2]}", "2|end");
}

static void
what_has_no_array_is_broken_and_what_is_cut_wants_more(void **state)
{
	(void)state;
	assert_split("{\"a\":1}", "broken");
	assert_split("{\"a\":1}\n{\"a\":2}", "broken");
	assert_split("x", "broken");
	assert_split("{1:2}", "broken");
	assert_split("[1}", "1|broken");
	assert_split("", "more");
	assert_split("{\"users\":[{\"a\":1},{\"b\"", "{\"a\":1}|more");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(an_array_is_cut_into_its_elements),
		TEST(brackets_and_quotes_in_strings_are_text),
		TEST(users_are_found_among_other_members),
		TEST(what_has_no_array_is_broken_and_what_is_cut_wants_more),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

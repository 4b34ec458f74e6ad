/*
 * Tests of lib/buffer.c.
 */
#include <string.h>

#include "lib/buffer.h"
#include "tests/unit/unit.h"

static const char *
json_string(const char *text)
{
	struct buffer out = buffer_new(arena);

	buffer_json_string(&out, text);
	return buffer_string(&out);
}

static void
empty_buffer_is_an_empty_text(void **state)
{
	(void)state;
	struct buffer out = buffer_new(arena);

	assert_string_equal(buffer_string(&out), "");
	buffer_add(&out, "", 0);
	assert_string_equal(buffer_string(&out), "");
}

static void
grows_over_many_sizes_and_stays_terminated(void **state)
{
	(void)state;
	struct buffer out = buffer_new(arena);

	for (size_t i = 0; i < 5000; i++) {
		buffer_char(&out, (char)('a' + i % 26));
		assert_int_equal(out.len, i + 1);
		assert_int_equal(out.data[out.len], '\0');
	}
	for (size_t i = 0; i < 5000; i++)
		assert_int_equal(out.data[i], 'a' + (int)(i % 26));
}

static void
takes_nul_octets_and_formats(void **state)
{
	(void)state;
	struct buffer out = buffer_new(arena);

	buffer_add(&out, "a\0b", 3);
	buffer_printf(&out, "%d-%s", 42, "x");
	assert_int_equal(out.len, 7);
	assert_memory_equal(out.data, "a\0b42-x", 8);
}

static void
whole_numbers_of_every_size(void **state)
{
	(void)state;
	static const struct {
		int64_t value;
		const char *text;
	} cases[] = {
		{ 0, "0" }, { 7, "7" }, { 10, "10" }, { -1, "-1" }, { 1234567890123, "1234567890123" },
		{ INT64_MAX, "9223372036854775807" }, { INT64_MIN, "-9223372036854775808" },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buffer out = buffer_new(arena);

		buffer_int(&out, cases[i].value);
		assert_string_equal(buffer_string(&out), cases[i].text);
	}
}

static void
json_strings_are_escaped_as_rfc_8259_says(void **state)
{
	(void)state;
	assert_string_equal(json_string("plain ü €"), "\"plain ü €\"");
	assert_string_equal(json_string("\"\\/"), "\"\\\"\\\\/\"");
	assert_string_equal(json_string("\b\f\n\r\t"), "\"\\b\\f\\n\\r\\t\"");
	assert_string_equal(json_string("\x01\x1f\x7f"), "\"\\u0001\\u001f\x7f\"");
	assert_string_equal(json_string("</script>"), "\"\\u003c/script>\"");
	assert_string_equal(json_string(""), "\"\"");
	assert_string_equal(json_string(NULL), "null");
}

static void
words_become_an_array(void **state)
{
	(void)state;
	static const struct {
		const char *words, *json;
	} cases[] = { { "", "[]" }, { "a", "[\"a\"]" }, { "a b:c \"", "[\"a\",\"b:c\",\"\\\"\"]" } };

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		struct buffer out = buffer_new(arena);

		buffer_json_words(&out, cases[i].words);
		assert_string_equal(buffer_string(&out), cases[i].json);
	}
}

static void
json_numbers_times_and_bools(void **state)
{
	(void)state;
	struct buffer out = buffer_new(arena);

	buffer_json_int(&out, INT64_MAX);
	buffer_json_int(&out, -1);
	buffer_char(&out, ' ');
	buffer_json_int(&out, NONE);
	buffer_json_bool(&out, true);
	buffer_json_bool(&out, false);
	buffer_json_time(&out, 0);
	buffer_json_time(&out, NONE);
	assert_string_equal(buffer_string(&out),
			    "9223372036854775807-1 nulltruefalse\"1970-01-01T00:00:00.000Z\"null");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(empty_buffer_is_an_empty_text),
		TEST(grows_over_many_sizes_and_stays_terminated),
		TEST(takes_nul_octets_and_formats),
		TEST(whole_numbers_of_every_size),
		TEST(json_strings_are_escaped_as_rfc_8259_says),
		TEST(words_become_an_array),
		TEST(json_numbers_times_and_bools),
	};

	return cmocka_run_group_tests_name("buffer", tests, NULL, NULL);
}

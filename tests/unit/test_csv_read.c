/*
 * Tests of lib/csv_read.c.
 */
#include "lib/buffer.h"
#include "lib/csv_read.h"
#include "tests/unit/unit.h"

/* The cells of one record with | between them, ~ for NULL; or the problem. */
static const char *
cells_of(const char *record)
{
	const char *const *cells;
	const char *problem = NULL;
	size_t count;
	struct buffer shown = buffer_new(arena);

	if (!csv_read(arena, record, strlen(record), ',', &cells, &count, &problem))
		return problem;
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_char(&shown, '|');
		buffer_text(&shown, cells[i] == NULL ? "~" : cells[i]);
	}
	return buffer_string(&shown);
}

static size_t
len_of(const char *text, bool is_last)
{
	return csv_record_len(text, strlen(text), ',', is_last);
}

static void
cells_stand_between_commas_and_may_be_quoted(void **state)
{
	(void)state;
	assert_string_equal(cells_of("one,two\r\n"), "one|two");
	assert_string_equal(cells_of("one,\"two, \"\"2\"\"\",\"three\nlines\""), "one|two, \"2\"|three\nlines");
	assert_string_equal(cells_of("a \"b\" c, d "), "a \"b\" c| d ");
	assert_string_equal(cells_of(""), "~");
	assert_string_equal(cells_of("a,"), "a|~");
}

static void
nothing_is_what_stands_without_quotes(void **state)
{
	(void)state;
	assert_string_equal(cells_of(",NULL,\\N,\"\",\"NULL\",NULLS"), "~|~|~||NULL|NULLS");
}

static void
what_is_broken_is_said(void **state)
{
	(void)state;
	assert_string_equal(cells_of("\"a\"b,c"), "There is text behind a closing quote.");
	assert_string_equal(cells_of("a,\"b"), "A quote is left open.");
	assert_string_equal(cells_of("a,\xff"), "This isn't UTF-8.");
	assert_string_equal(cells_of("a\nb"), "There are too many cells.");

	struct buffer many = buffer_new(arena);
	for (size_t i = 1; i < CSV_CELLS_MAX; i++)
		buffer_char(&many, ',');
	assert_int_equal(cells_of(buffer_string(&many))[0], '~');
	buffer_char(&many, ',');
	assert_string_equal(cells_of(buffer_string(&many)), "There are too many cells.");
}

static void
a_record_ends_at_a_line_break_outside_quotes(void **state)
{
	(void)state;
	assert_int_equal(len_of("a,b\nc", false), 4);
	assert_int_equal(len_of("a,b\r\nc", false), 5);
	assert_int_equal(len_of("a,b\rc", false), 4);
	assert_int_equal(len_of("a,\"b\nc\"\nd", false), 8);
	assert_int_equal(len_of("\n", false), 1);
	/* It may go on. */
	assert_int_equal(len_of("a,b", false), 0);
	assert_int_equal(len_of("a,b\r", false), 0);
	assert_int_equal(len_of("a,\"b\"", false), 0);
	assert_int_equal(len_of("a,", false), 0);
	/* It can't. */
	assert_int_equal(len_of("a,b", true), 3);
	assert_int_equal(len_of("a,b\r", true), 4);
	assert_int_equal(len_of("a,", true), 2);
	assert_int_equal(len_of("", true), 0);
	assert_int_equal(len_of("a,\"b\n", true), 0);
}

static void
the_separator_is_the_first_in_the_header(void **state)
{
	(void)state;
	assert_int_equal(csv_separator("a,b;c", 5), ',');
	assert_int_equal(csv_separator("a;b,c", 5), ';');
	assert_int_equal(csv_separator("a\tb", 3), '\t');
	assert_int_equal(csv_separator("email\n1;2", 9), ',');
	assert_int_equal(csv_record_len("a;\"b;\n\"\nc", 10, ';', false), 8);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(cells_stand_between_commas_and_may_be_quoted),
		TEST(nothing_is_what_stands_without_quotes),
		TEST(what_is_broken_is_said),
		TEST(a_record_ends_at_a_line_break_outside_quotes),
		TEST(the_separator_is_the_first_in_the_header),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

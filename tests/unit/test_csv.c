/*
 * Tests of lib/csv.c.
 */
#include "lib/csv.h"
#include "tests/unit/unit.h"

static const char *
cell(const char *text)
{
	struct buffer b = buffer_new(arena);

	csv_record(&b, &text, 1);
	return buffer_string(&b);
}

static void
a_record_is_cells_with_commas_between_and_crlf(void **state)
{
	const char *const cells[] = { "one", "", NULL, "two words" };
	struct buffer b = buffer_new(arena);

	(void)state;
	csv_record(&b, cells, ARRAY_LEN(cells));
	assert_string_equal(buffer_string(&b), "one,,,two words\r\n");
}

static void
commas_quotes_and_line_breaks_are_quoted(void **state)
{
	(void)state;
	assert_string_equal(cell("a,b"), "\"a,b\"\r\n");
	assert_string_equal(cell("say \"so\""), "\"say \"\"so\"\"\"\r\n");
	assert_string_equal(cell("a\nb"), "\"a\nb\"\r\n");
	assert_string_equal(cell("a\rb"), "\"a\rb\"\r\n");
	assert_string_equal(cell("Zo\xc3\xab; it's"), "Zo\xc3\xab; it's\r\n");
}

static void
what_a_spreadsheet_would_run_gets_an_apostrophe(void **state)
{
	(void)state;
	assert_string_equal(cell("=1+1"), "'=1+1\r\n");
	assert_string_equal(cell("+1"), "'+1\r\n");
	assert_string_equal(cell("-1"), "'-1\r\n");
	assert_string_equal(cell("@SUM(A1)"), "'@SUM(A1)\r\n");
	assert_string_equal(cell("\tx"), "'\tx\r\n");
	assert_string_equal(cell("\rx"), "\"'\rx\"\r\n");
	assert_string_equal(cell("=HYPERLINK(\"x\",1)"), "\"'=HYPERLINK(\"\"x\"\",1)\"\r\n");
	assert_string_equal(cell("1=1"), "1=1\r\n");
}

static void
the_apostrophe_comes_off_again_and_no_other_does(void **state)
{
	static const char *const GUARDED[][2] = {
		{ "=1", "'=1" }, { "'=1", "''=1" }, { "'it's", "'it's" }, { "'", "'" }, { "''", "''" }, { "it's = 1", "it's = 1" }, { "", "" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(GUARDED); i++) {
		const char *written = cell(GUARDED[i][0]);
		assert_string_equal(written, arena_printf(arena, "%s\r\n", GUARDED[i][1]));
		assert_string_equal(csv_without_apostrophe(GUARDED[i][1]), GUARDED[i][0]);
	}
}

static void
what_readers_take_for_nothing_is_quoted(void **state)
{
	(void)state;
	assert_string_equal(cell("NULL"), "\"NULL\"\r\n");
	assert_string_equal(cell("\\N"), "\"\\N\"\r\n");
	assert_string_equal(cell("NULLS"), "NULLS\r\n");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_record_is_cells_with_commas_between_and_crlf),
		TEST(commas_quotes_and_line_breaks_are_quoted),
		TEST(what_a_spreadsheet_would_run_gets_an_apostrophe),
		TEST(the_apostrophe_comes_off_again_and_no_other_does),
		TEST(what_readers_take_for_nothing_is_quoted),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Tests of lib/times.c.
 */
#include <string.h>
#include <time.h>

#include "lib/encode.h"
#include "tests/unit/unit.h"

static const char *
formatted(int64_t at_ms)
{
	char text[TIME_TEXT_SIZE];

	time_format(at_ms, text);
	return arena_strdup(arena, text);
}

static const struct {
	int64_t at_ms;
	const char *text;
} vectors[] = {
	{ 0, "1970-01-01T00:00:00.000Z" },
	{ -1, "1969-12-31T23:59:59.999Z" },
	{ 1768473000000, "2026-01-15T10:30:00.000Z" },
	{ 951782399999, "2000-02-28T23:59:59.999Z" },
	{ 951782400000, "2000-02-29T00:00:00.000Z" },
	{ 951868800000, "2000-03-01T00:00:00.000Z" },
	{ 4107542399000, "2100-02-28T23:59:59.000Z" },
	{ 4107542400000, "2100-03-01T00:00:00.000Z" },
	{ -62167219200000, "0000-01-01T00:00:00.000Z" },
	{ 253402300799999, "9999-12-31T23:59:59.999Z" },
};

static void
known_times_go_both_ways(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(vectors); i++) {
		int64_t at_ms = NONE;
		assert_string_equal(formatted(vectors[i].at_ms), vectors[i].text);
		assert_true(time_parse(vectors[i].text, &at_ms));
		assert_true(at_ms == vectors[i].at_ms);
	}
}

static void
what_has_no_text_is_empty(void **state)
{
	(void)state;
	assert_string_equal(formatted(NONE), "");
	assert_string_equal(formatted(INT64_MAX), "");
	assert_string_equal(formatted(253402300800000), "");
	assert_string_equal(formatted(-62167219200001), "");
}

static const struct {
	const char *from;
	int64_t months;
	const char *to;
} months_later[] = {
	{ "2026-01-31T10:30:00.000Z", 1, "2026-02-28T10:30:00.000Z" },
	{ "2028-01-31T10:30:00.000Z", 1, "2028-02-29T10:30:00.000Z" },
	{ "2026-01-28T23:59:59.999Z", 1, "2026-02-28T23:59:59.999Z" },
	{ "2026-12-15T00:00:00.000Z", 1, "2027-01-15T00:00:00.000Z" },
	{ "2028-02-29T00:00:00.000Z", 12, "2029-02-28T00:00:00.000Z" },
	{ "2026-08-31T00:00:00.000Z", 13, "2027-09-30T00:00:00.000Z" },
};

static void
months_clamp_to_the_last_day(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(months_later); i++) {
		int64_t from_ms = NONE;
		assert_true(time_parse(months_later[i].from, &from_ms));
		assert_string_equal(formatted(time_add_months(from_ms, months_later[i].months)), months_later[i].to);
	}
}

/* Every day of 400 years and more, against the C library's calendar. */
static void
every_day_agrees_with_the_c_library(void **state)
{
	(void)state;
	for (int64_t day = -200000; day < 200000; day++) {
		char text[TIME_TEXT_SIZE];
		char expected[TIME_TEXT_SIZE + 16];
		time_t seconds = (time_t)(day * 86400);
		struct tm parts;
		int64_t at_ms = NONE;

		time_format(day * DAY_MS, text);
		assert_non_null(gmtime_r(&seconds, &parts));
		strftime(expected, sizeof(expected), "%Y-%m-%dT%H:%M:%S.000Z", &parts);
		assert_string_equal(text, expected);
		assert_true(time_parse(text, &at_ms));
		assert_true(at_ms == day * DAY_MS);
	}
}

static void
offsets_and_fractions_are_taken(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t at_ms;
	} good[] = {
		{ "1970-01-01T00:00:00Z", 0 },      { "1970-01-01t00:00:00z", 0 },
		{ "1970-01-01T00:00:00.1Z", 100 },  { "1970-01-01T00:00:00.123456789Z", 123 },
		{ "1970-01-01T00:00:00.0009Z", 0 }, { "1970-01-01T01:30:00+01:30", 0 },
		{ "1969-12-31T20:00:00-04:00", 0 }, { "1970-01-01T00:00:00-00:00", 0 },
		{ "1970-01-01T23:59:00+23:59", 0 }, { "2024-02-29T00:00:00Z", 1709164800000 },
	};

	for (size_t i = 0; i < ARRAY_LEN(good); i++) {
		int64_t at_ms = NONE;
		assert_true(time_parse(good[i].text, &at_ms));
		assert_true(at_ms == good[i].at_ms);
	}
}

static void
what_is_not_rfc_3339_is_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"1970-01-01",
		"1970-01-01T00:00:00",
		"1970-01-01 00:00:00Z",
		"1970-01-01T00:00Z",
		"1970-01-01T00:00:00.Z",
		"1970-01-01T00:00:00.1234567890Z",
		"1970-01-01T00:00:00,5Z",
		"1970-01-01T24:00:00Z",
		"1970-01-01T00:60:00Z",
		"1990-12-31T23:59:60Z",
		"2023-02-29T00:00:00Z",
		"2024-02-30T00:00:00Z",
		"2100-02-29T00:00:00Z",
		"2024-04-31T00:00:00Z",
		"2024-00-01T00:00:00Z",
		"2024-13-01T00:00:00Z",
		"2024-01-00T00:00:00Z",
		"2024-1-01T00:00:00Z",
		"12024-01-01T00:00:00Z",
		"1970-01-01T00:00:00+24:00",
		"1970-01-01T00:00:00+00:60",
		"1970-01-01T00:00:00+0000",
		"1970-01-01T00:00:00Zx",
		" 1970-01-01T00:00:00Z",
		"0000-01-01T00:00:00+00:01",
		"9999-12-31T23:59:59-00:01",
		"+970-01-01T00:00:00Z",
	};
	int64_t at_ms = 7;

	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(time_parse(bad[i], &at_ms));
	assert_int_equal(at_ms, 7);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(known_times_go_both_ways),
		TEST(what_has_no_text_is_empty),
		TEST(months_clamp_to_the_last_day),
		TEST(every_day_agrees_with_the_c_library),
		TEST(offsets_and_fractions_are_taken),
		TEST(what_is_not_rfc_3339_is_refused),
	};

	return cmocka_run_group_tests_name("times", tests, NULL, NULL);
}

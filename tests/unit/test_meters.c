/* Keys of meters, thresholds, and what lies beyond what is included. */
#include "tests/unit/unit.h"

#include "lib/encode.h"
#include "lib/features.h"
#include "lib/meters.h"

static void
a_plan_says_what_is_included_and_what_more_costs(void **state)
{
	static const char meters[] = "[{\"meter_key\":\"a\",\"included\":20000,\"overage\":{\"unit\":1000,\"price\":5}},"
				     "{\"meter_key\":\"b\",\"included\":7,\"overage\":null},{\"meter_key\":\"c\",\"included\":null,\"overage\":null}]";
	struct meter_terms terms = { .included = 1 };
	(void)state;

	assert_false(meter_terms_find(arena, NULL, "a", &terms));
	assert_false(meter_terms_find(arena, "[]", "a", &terms));
	assert_false(meter_terms_find(arena, meters, "d", &terms));
	assert_int_equal(terms.included, 1);
	assert_true(meter_terms_find(arena, meters, "a", &terms));
	assert_int_equal(terms.included, 20000);
	assert_int_equal(terms.unit, 1000);
	assert_int_equal(terms.price, 5);
	assert_true(meter_terms_find(arena, meters, "b", &terms));
	assert_int_equal(terms.included, 7);
	assert_int_equal(terms.unit, 0);
	assert_true(meter_terms_find(arena, meters, "c", &terms));
	assert_int_equal(terms.included, NONE);
}

static void
an_event_key_is_visible_ascii(void **state)
{
	(void)state;

	assert_null(event_key_check("a-1_B.~:/"));
	assert_non_null(event_key_check(""));
	assert_non_null(event_key_check("a b"));
	assert_non_null(event_key_check("a\x7f"));
	assert_non_null(event_key_check("\xc3\xbc"));
}

static void
thresholds_are_passed_at_80_and_100_per_cent(void **state)
{
	static const struct {
		int64_t used, limit, percent;
	} cases[] = {
		{ 0, 0, 0 },   { 1, 0, 100 },  { 79, 100, 0 },	  { 80, 100, 80 },  { 99, 100, 80 }, { 100, 100, 100 },
		{ 5, 7, 0 },   { 6, 7, 80 },   { 0, 10, 0 },	  { 7, 9, 0 },	    { 8, 9, 80 },    { 1000, NONE, 0 },
		{ 1, 1, 100 }, { 200, 9, 100 }, { FEATURE_LIMIT_MAX, FEATURE_LIMIT_MAX, 100 },
	};
	(void)state;

	for (size_t i = 0; i < ARRAY_LEN(cases); i++)
		assert_int_equal(usage_percent_passed(cases[i].used, cases[i].limit), cases[i].percent);
}

static void
a_started_unit_counts_whole(void **state)
{
	(void)state;

	assert_int_equal(usage_started_units(20000, 20000, 1000), 0);
	assert_int_equal(usage_started_units(20001, 20000, 1000), 1);
	assert_int_equal(usage_started_units(21000, 20000, 1000), 1);
	assert_int_equal(usage_started_units(21001, 20000, 1000), 2);
	assert_int_equal(usage_started_units(5, 0, 1), 5);
	assert_int_equal(usage_started_units(5, NONE, 1), 0);
	assert_int_equal(usage_started_units(FEATURE_LIMIT_MAX, 0, 1), FEATURE_LIMIT_MAX);
}

static void
check_month(const char *at, const char *start)
{
	char text[TIME_TEXT_SIZE];
	int64_t at_ms = 0;

	assert_true(time_parse(at, &at_ms));
	time_format(time_month_start(at_ms), text);
	assert_string_equal(text, start);
}

static void
a_month_begins_with_its_first_day_in_utc(void **state)
{
	(void)state;

	check_month("2026-11-26T05:34:15.123Z", "2026-11-01T00:00:00.000Z");
	check_month("2024-02-29T23:59:59.999Z", "2024-02-01T00:00:00.000Z");
	check_month("2026-01-01T00:00:00.000Z", "2026-01-01T00:00:00.000Z");
	check_month("1969-12-31T23:59:59.999Z", "1969-12-01T00:00:00.000Z");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_plan_says_what_is_included_and_what_more_costs),
		TEST(an_event_key_is_visible_ascii),
		TEST(thresholds_are_passed_at_80_and_100_per_cent),
		TEST(a_started_unit_counts_whole),
		TEST(a_month_begins_with_its_first_day_in_utc),
	};

	return cmocka_run_group_tests_name("meters", tests, NULL, NULL);
}

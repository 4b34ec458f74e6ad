/*
 * Tests of lib/plans.c: licensing.md rule 18.
 */
#include "lib/plans.h"

#include <string.h>

#include "lib/encode.h"
#include "tests/unit/unit.h"

#define NOW INT64_C(1768473000000)

static const struct plan_times forever = { .trial_ends_at = NONE, .period_end_at = NONE, .expires_at = NONE };

static void
without_times_it_is_active_for_ever(void **state)
{
	(void)state;
	assert_int_equal(plan_stage_at(&forever, NOW), PLAN_ACTIVE);
	assert_true(plan_ends_at(&forever) == NONE);
	assert_true(plan_next_change(&forever, PLAN_ACTIVE, NOW) == NONE);
}

static void
a_period_that_is_over_is_past_due_for_three_days(void **state)
{
	(void)state;
	struct plan_times times = forever;

	times.period_end_at = NOW;
	assert_int_equal(plan_stage_at(&times, NOW - 1), PLAN_ACTIVE);
	assert_int_equal(plan_stage_at(&times, NOW), PLAN_PAST_DUE);
	assert_int_equal(plan_stage_at(&times, NOW + PLAN_GRACE_MS - 1), PLAN_PAST_DUE);
	assert_int_equal(plan_stage_at(&times, NOW + PLAN_GRACE_MS), PLAN_EXPIRED);
	assert_true(plan_ends_at(&times) == NOW + PLAN_GRACE_MS);
	assert_true(plan_next_change(&times, PLAN_ACTIVE, NOW - 1) == NOW);
	assert_true(plan_next_change(&times, PLAN_PAST_DUE, NOW) == NOW + PLAN_GRACE_MS);
	assert_true(plan_next_change(&times, PLAN_EXPIRED, NOW + PLAN_GRACE_MS) == NONE);
}

static void
what_was_canceled_ends_with_its_period(void **state)
{
	(void)state;
	struct plan_times times = forever;

	times.period_end_at = NOW;
	times.cancel_at_period_end = true;
	assert_int_equal(plan_stage_at(&times, NOW - 1), PLAN_ACTIVE);
	assert_int_equal(plan_stage_at(&times, NOW), PLAN_CANCELED);
	assert_true(plan_ends_at(&times) == NOW);
}

static void
an_expiry_comes_without_grace(void **state)
{
	(void)state;
	struct plan_times times = forever;

	times.period_end_at = NOW + DAY_MS;
	times.expires_at = NOW;
	assert_int_equal(plan_stage_at(&times, NOW - 1), PLAN_ACTIVE);
	assert_int_equal(plan_stage_at(&times, NOW), PLAN_EXPIRED);
}

static void
a_trial_tells_of_its_end_and_is_past_due_then(void **state)
{
	(void)state;
	struct plan_times times = forever;

	times.trial_ends_at = times.period_end_at = NOW;
	assert_int_equal(plan_stage_at(&times, NOW - PLAN_TRIAL_NOTICE_MS - 1), PLAN_TRIALING);
	assert_int_equal(plan_stage_at(&times, NOW - PLAN_TRIAL_NOTICE_MS), PLAN_TRIAL_ENDING);
	assert_string_equal(plan_stage_status(PLAN_TRIAL_ENDING), "trialing");
	assert_int_equal(plan_stage_at(&times, NOW), PLAN_PAST_DUE);
	assert_true(plan_next_change(&times, PLAN_TRIALING, NOW - 10 * DAY_MS) == NOW - PLAN_TRIAL_NOTICE_MS);
	/* a trial shorter than the notice has something to tell at once */
	assert_true(plan_next_change(&times, PLAN_TRIALING, NOW - DAY_MS) == NOW - DAY_MS);
}

static void
every_stage_has_a_word_and_a_status(void **state)
{
	(void)state;
	enum plan_stage stage;

	for (int i = PLAN_TRIALING; i <= PLAN_EXPIRED; i++) {
		assert_true(plan_stage_parse(plan_stage_names[i], &stage));
		assert_int_equal(stage, i);
	}
	assert_false(plan_stage_parse("", &stage));
}

static void
periods_end_by_the_calendar(void **state)
{
	(void)state;
	int64_t from = NONE, month = NONE, year = NONE;

	assert_true(time_parse("2026-01-31T10:00:00Z", &from));
	assert_true(time_parse("2026-02-28T10:00:00Z", &month));
	assert_true(time_parse("2027-01-31T10:00:00Z", &year));
	assert_true(plan_period_end("monthly", from) == month);
	assert_true(plan_period_end("yearly", from) == year);
	assert_true(plan_period_end("one_time", from) == NONE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_times_it_is_active_for_ever),
		TEST(a_period_that_is_over_is_past_due_for_three_days),
		TEST(what_was_canceled_ends_with_its_period),
		TEST(an_expiry_comes_without_grace),
		TEST(a_trial_tells_of_its_end_and_is_past_due_then),
		TEST(every_stage_has_a_word_and_a_status),
		TEST(periods_end_by_the_calendar),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Tests of lib/session_policy.c and lib/codes.c: what a stored policy says about sessions of any age, and six digits.
 */
#include <string.h>

#include "lib/base.h"
#include "lib/codes.h"
#include "lib/session_policy.h"
#include "tests/unit/unit.h"

#define NOW_MS INT64_C(1790000000000)

static void
without_settings_the_defaults_hold(void **state)
{
	static const char *const bodies[] = { NULL, "{}", "[]", "not JSON", "{\"session_inactivity_s\":299}",
					      "{\"session_max_lifetime_s\":31536001}", "{\"multi_session\":\"no\"}" };

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct session_policy policy = session_policy_parse(arena, bodies[i]);

		assert_int_equal(policy.max_ms, 90 * DAY_MS);
		assert_int_equal(policy.idle_ms, 30 * DAY_MS);
		assert_true(policy.multi_session);
	}
}

static void
a_policy_judges_sessions_that_are_older_than_it(void **state)
{
	struct session_policy policy = session_policy_parse(
	    arena, "{\"session_max_lifetime_s\":3600,\"session_inactivity_s\":600,\"multi_session\":false}");

	(void)state;
	assert_false(policy.multi_session);
	assert_true(session_policy_allows(&policy, NOW_MS - HOUR_MS + 1, NOW_MS, NOW_MS));
	assert_false(session_policy_allows(&policy, NOW_MS - HOUR_MS, NOW_MS, NOW_MS));
	assert_true(session_policy_allows(&policy, NOW_MS, NOW_MS - 10 * MINUTE_MS + 1, NOW_MS));
	assert_false(session_policy_allows(&policy, NOW_MS, NOW_MS - 10 * MINUTE_MS, NOW_MS));
}

static void
a_session_ends_at_the_first_of_its_three_ends(void **state)
{
	const struct session_policy policy = { .max_ms = 1000, .idle_ms = 100 };

	(void)state;
	assert_int_equal(session_policy_end(&policy, 0, 50, 10000), 150);
	assert_int_equal(session_policy_end(&policy, 0, 950, 10000), 1000);
	assert_int_equal(session_policy_end(&policy, 0, 950, 970), 970);
}

static void
a_code_is_six_digits_and_spaces_are_ignored(void **state)
{
	static const char *const bad[] = { "", "12345", "1234567", "12345a", "١٢٣٤٥٦", "-12345" };
	const char *code;

	(void)state;
	for (int i = 0; i < 100; i++) {
		assert_int_equal(code_make(arena, &code), OK);
		assert_int_equal(strlen(code), 6);
		assert_string_equal(code_clean(arena, code), code);
	}
	assert_string_equal(code_clean(arena, " 123 456 "), "123456");
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_null(code_clean(arena, bad[i]));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_settings_the_defaults_hold),
		TEST(a_policy_judges_sessions_that_are_older_than_it),
		TEST(a_session_ends_at_the_first_of_its_three_ends),
		TEST(a_code_is_six_digits_and_spaces_are_ignored),
	};

	return cmocka_run_group_tests_name("session_policy", tests, NULL, NULL);
}

/*
 * Tests of domain/throttle.c as far as it is pure: how long to wait after so many failures.
 */
#include "domain/throttle.h"
#include "tests/unit/unit.h"

static void
waits_double_from_the_fifth_failure_to_fifteen_minutes(void **state)
{
	(void)state;
	static const int64_t seconds[] = { 0, 0, 0, 0, 0, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900 };

	for (size_t i = 0; i < ARRAY_LEN(seconds); i++)
		assert_int_equal(throttle_wait_ms((int64_t)i), seconds[i] * SECOND_MS);
	assert_int_equal(throttle_wait_ms(100), 900 * SECOND_MS);
	assert_int_equal(throttle_wait_ms(INT64_MAX), 900 * SECOND_MS);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(waits_double_from_the_fifth_failure_to_fifteen_minutes),
	};

	return cmocka_run_group_tests_name("throttle", tests, NULL, NULL);
}

/*
 * Tests of lib/errors.c.
 */
#include <string.h>

#include "lib/errors.h"
#include "tests/unit/unit.h"

static void
every_error_has_a_code_and_a_status_of_its_kind(void **state)
{
	(void)state;
	for (enum err e = OK + 1; e < ERR_NO_ROW; e++) {
		const struct error_info *info = error_info(e);
		assert_in_range(info->status, 400, 599);
		assert_true(strlen(info->code) > 0);
		assert_int_equal(strspn(info->code, "abcdefghijklmnopqrstuvwxyz_"),
				 strlen(info->code));
		assert_true(info->title[strlen(info->title) - 1] == '.');
		assert_string_equal(error_name(e), info->name);
	}
}

static void
codes_are_unique(void **state)
{
	(void)state;
	for (enum err a = OK + 1; a < ERR_NO_ROW; a++) {
		for (enum err b = a + 1; b < ERR_NO_ROW; b++)
			assert_string_not_equal(error_info(a)->code, error_info(b)->code);
	}
}

static void
database_answers_are_not_shown(void **state)
{
	(void)state;
	assert_int_equal(error_info(ERR_SLUG_CONFLICT)->status, 409);
	assert_string_equal(error_info(ERR_NO_ROW)->code, "internal");
	assert_string_equal(error_info(ERR_DUPLICATE)->code, "internal");
	assert_string_equal(error_info(ERR_REFERENCED)->code, "internal");
	assert_string_equal(error_info(ERR_DB)->code, "internal");
	assert_string_equal(error_info(ERR_CRYPTO)->code, "internal");
	assert_string_equal(error_info(OK)->code, "internal");
	assert_string_equal(error_info(ERR_DB_CONFLICT)->code, "busy");
	assert_string_equal(error_info(ERR_DB_LOST)->code, "busy");
	assert_string_equal(error_info(ERR_DB_OUTCOME_UNKNOWN)->code, "outcome_unknown");
	assert_string_equal(error_name(ERR_DB_OUTCOME_UNKNOWN), "DB_OUTCOME_UNKNOWN");
}

static enum err
hand_on(enum err e, bool *ret_is_passed)
{
	TRY(e);
	*ret_is_passed = true;
	return OK;
}

static void
try_returns_the_error_and_nothing_else(void **state)
{
	(void)state;
	bool is_passed = false;
	assert_int_equal(hand_on(ERR_NOT_FOUND, &is_passed), ERR_NOT_FOUND);
	assert_false(is_passed);
	assert_int_equal(hand_on(OK, &is_passed), OK);
	assert_true(is_passed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_error_has_a_code_and_a_status_of_its_kind),
		cmocka_unit_test(codes_are_unique),
		cmocka_unit_test(database_answers_are_not_shown),
		cmocka_unit_test(try_returns_the_error_and_nothing_else),
	};

	return cmocka_run_group_tests_name("errors", tests, NULL, NULL);
}

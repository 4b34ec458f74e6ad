/*
 * Tests of lib/events.c.
 */
#include <string.h>

#include "lib/events.h"
#include "tests/unit/unit.h"

static void
names_are_noun_dot_verb_and_unique(void **state)
{
	(void)state;
	for (enum event a = 0; a < EV_COUNT; a++) {
		const char *name = event_info(a)->name;
		assert_int_equal(strspn(name, "abcdefghijklmnopqrstuvwxyz_."), strlen(name));
		assert_non_null(strchr(name, '.'));
		assert_ptr_equal(strchr(name, '.'), strrchr(name, '.'));
		for (enum event b = a + 1; b < EV_COUNT; b++)
			assert_string_not_equal(name, event_info(b)->name);
	}
}

static void
target_type_is_the_word_before_the_dot(void **state)
{
	(void)state;
	assert_string_equal(event_info(EV_PROJECT_MEMBER_SET)->target_type, "project_member");
	assert_string_equal(event_info(EV_PROJECT_CREATED)->target_type, "project");
	for (enum event e = 0; e < EV_COUNT; e++) {
		size_t len = strlen(event_info(e)->target_type);
		assert_memory_equal(event_info(e)->name, event_info(e)->target_type, len);
		assert_int_equal(event_info(e)->name[len], '.');
	}
}

static void
kinds_and_chains_come_from_the_table(void **state)
{
	(void)state;
	assert_true(event_info(EV_ORG_CREATED)->is_event);
	assert_false(event_info(EV_ORG_DELETED)->is_event);
	assert_int_equal(event_info(EV_ORG_CREATED)->chain, CHAIN_ORG);
	assert_int_equal(event_info(EV_USER_CREATED)->chain, CHAIN_PROJECT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_noun_dot_verb_and_unique),
		cmocka_unit_test(target_type_is_the_word_before_the_dot),
		cmocka_unit_test(kinds_and_chains_come_from_the_table),
	};

	return cmocka_run_group_tests_name("events", tests, NULL, NULL);
}

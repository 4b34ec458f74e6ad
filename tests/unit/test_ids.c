/*
 * Tests of lib/ids.c.
 */
#include <string.h>

#include "lib/ids.h"
#include "tests/unit/unit.h"

#define AT_MS INT64_C(1768473000000)

static const char *
make(enum id_kind kind, int64_t at_ms)
{
	const char *id = NULL;

	assert_int_equal(id_make(arena, kind, at_ms, &id), OK);
	return id;
}

static void
made_ids_pass_their_own_grammar_and_no_other(void **state)
{
	(void)state;
	for (enum id_kind kind = ID_NONE + 1; kind < ID_ANY_CLIENT; kind++) {
		const char *id = make(kind, AT_MS);
		assert_true(strlen(id) < ID_SIZE);
		for (enum id_kind other = ID_NONE; other < ID_ANY_CLIENT; other++)
			assert_int_equal(id_is_valid(other, id), other == kind);
	}
}

static void
ids_sort_by_the_time_they_were_made(void **state)
{
	(void)state;
	const char *before = make(ID_PROJECT, AT_MS);

	for (int64_t i = 1; i < 200; i++) {
		const char *after = make(ID_PROJECT, AT_MS + i);
		assert_true(strcmp(before, after) < 0);
		before = after;
	}
	assert_true(strcmp(before, make(ID_PROJECT, AT_MS + 1000 * 365 * DAY_MS)) < 0);
}

static void
floor_lies_below_every_id_of_its_millisecond_and_above_those_before(void **state)
{
	(void)state;
	const char *floor = id_floor(arena, ID_EVENT, AT_MS);

	assert_true(id_is_valid(ID_EVENT, floor));
	for (int i = 0; i < 100; i++) {
		assert_true(strcmp(make(ID_EVENT, AT_MS - 1), floor) < 0);
		assert_true(strcmp(make(ID_EVENT, AT_MS), floor) >= 0);
	}
}

static void
ids_of_one_millisecond_differ(void **state)
{
	(void)state;
	const char *ids[500];

	for (size_t i = 0; i < ARRAY_LEN(ids); i++) {
		ids[i] = make(ID_USER, AT_MS);
		for (size_t before = 0; before < i; before++)
			assert_string_not_equal(ids[i], ids[before]);
	}
}

static void
grammar_is_whole(void **state)
{
	(void)state;
	static const char *const bad[] = {
		"",
		"prj",
		"prj_",
		"prj_0123456789abcde",
		"prj_0123456789abcdef0",
		"prj_0123456789abcdeF",
		"prj_0123456789abcde ",
		"prj_0123456789abcdef ",
		" prj_0123456789abcdef",
		"PRJ_0123456789abcdef",
		"prj-0123456789abcdef",
		"prj_0123456789abcde\n",
		"prj_0123456789abcde'",
		"prj_0123456789abcdé",
		"prj_prj_0123456789ab",
	};

	assert_true(id_is_valid(ID_PROJECT, "prj_0123456789abcdef"));
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_false(id_is_valid(ID_PROJECT, bad[i]));
	assert_false(id_is_valid(ID_PROJECT, NULL));
	assert_false(id_is_valid(ID_NONE, "prj_0123456789abcdef"));
}

static void
clients_have_two_forms(void **state)
{
	(void)state;
	assert_true(id_is_valid(ID_PUBLIC_PROJECT, "proj_0123456789ABCDEFabcdefgh"));
	assert_false(id_is_valid(ID_PUBLIC_PROJECT, "proj_0123456789ABCDEFabcdefg"));
	assert_true(id_is_valid(ID_ANY_CLIENT, "proj_0123456789ABCDEFabcdefgh"));
	assert_true(id_is_valid(ID_ANY_CLIENT, "cli_0123456789abcdef"));
	assert_false(id_is_valid(ID_ANY_CLIENT, "prj_0123456789abcdef"));
	assert_string_equal(id_prefix(ID_ANY_CLIENT), "");
	assert_string_equal(id_prefix(ID_PROJECT), "prj");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(made_ids_pass_their_own_grammar_and_no_other),
		TEST(ids_sort_by_the_time_they_were_made),
		TEST(floor_lies_below_every_id_of_its_millisecond_and_above_those_before),
		TEST(ids_of_one_millisecond_differ),
		TEST(grammar_is_whole),
		TEST(clients_have_two_forms),
	};

	return cmocka_run_group_tests_name("ids", tests, NULL, NULL);
}

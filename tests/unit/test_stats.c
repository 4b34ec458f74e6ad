/*
 * What is counted: the table, and keys that hold what they were made of.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <string.h>

#include "lib/stats.h"

#define NOW_MS  INT64_C(1790000123456)
#define PROJECT "prj_0123456789abcdef"

static struct stat_parts
round_trip(const struct stat_count *count)
{
	struct stat_key key;
	struct stat_parts parts;

	assert_true(stat_key_make(count, NOW_MS, &key));
	for (size_t i = 0; i < STAT_KEY_WORDS; i++)
		assert_true(key.words[i] != 0);
	stat_key_read(&key, &parts);
	assert_int_equal(parts.stat, count->stat);
	assert_string_equal(parts.project_id, count->project_id);
	assert_int_equal(parts.hour_at, NOW_MS - NOW_MS % HOUR_MS);
	return parts;
}

static struct stat_parts
of_product(const char *product)
{
	return round_trip(&(struct stat_count){
	    .stat = STAT_VALIDATIONS, .project_id = PROJECT, .values = { "not_activated", "DE", product } });
}

static void
a_key_holds_what_it_was_made_of(void **unused)
{
	struct stat_parts parts = of_product("Pro");

	(void)unused;
	assert_string_equal(parts.values[0], "not_activated");
	assert_string_equal(parts.values[1], "DE");
	assert_string_equal(parts.values[2], "Pro");
	parts = round_trip(&(struct stat_count){ .stat = STAT_ACTIVATIONS, .project_id = PROJECT });
	assert_string_equal(parts.values[0], "");
	parts = round_trip(&(struct stat_count){ .stat = STAT_SIGN_INS, .project_id = PROJECT });
	assert_string_equal(parts.values[0], "other");
}

static void
any_text_survives_and_a_long_one_is_cut_at_a_character(void **unused)
{
	static const char *const texts[] = { "Café Pro 50%", "two\nlines\tand \"quotes\"", "日本語", "100%25", "a+b" };
	struct arena *arena = arena_new((size_t)1024 * 1024);
	char long_name[256];

	(void)unused;
	for (size_t i = 0; i < ARRAY_LEN(texts); i++) {
		struct stat_parts parts = of_product(texts[i]);
		assert_string_equal(stat_value_text(arena, parts.values[2]), texts[i]);
	}
	/* 9 octets each: seven fit, not seven and a piece. */
	snprintf(long_name, sizeof(long_name), "%s", "日日日日日日日日日日日日");
	struct stat_parts parts = of_product(long_name);
	assert_string_equal(stat_value_text(arena, parts.values[2]), "日日日日日日日");
	memset(long_name, 'x', sizeof(long_name) - 1);
	long_name[sizeof(long_name) - 1] = '\0';
	parts = of_product(long_name);
	assert_int_equal(strlen(parts.values[2]), STAT_VALUE_SIZE - 1);
	arena_free(arena);
}

static void
only_a_project_has_counts(void **unused)
{
	struct stat_key key;

	(void)unused;
	assert_true(stat_key_make(&(struct stat_count){ .stat = STAT_ACTIVATIONS, .project_id = PROJECT }, NOW_MS, &key));
	assert_false(stat_key_make(&(struct stat_count){ .stat = STAT_ACTIVATIONS, .project_id = NULL }, NOW_MS, &key));
	assert_false(stat_key_make(&(struct stat_count){ .stat = STAT_ACTIVATIONS, .project_id = "" }, NOW_MS, &key));
	assert_false(
	    stat_key_make(&(struct stat_count){ .stat = STAT_ACTIVATIONS, .project_id = "org_0123456789abcdef" }, NOW_MS, &key));
}

/* Names go into columns of 24, 16 and 64 characters. */
static void
the_table_fits_its_columns(void **unused)
{
	(void)unused;
	for (enum stat_kind stat = STAT_USER_DAY + 1; stat < STAT_COUNT; stat++) {
		const struct stat_info *info = stat_info(stat);
		assert_true(strlen(info->metric) <= 24 && strlen(info->meter) <= 64);
		assert_true(info->metric[0] != '\0' || info->meter[0] != '\0');
		for (size_t i = 0; i < STAT_DIMS_MAX && info->dims[i] != NULL; i++)
			assert_in_range(strlen(info->dims[i]), 1, 16);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_key_holds_what_it_was_made_of),
		cmocka_unit_test(any_text_survives_and_a_long_one_is_cut_at_a_character),
		cmocka_unit_test(only_a_project_has_counts),
		cmocka_unit_test(the_table_fits_its_columns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

/*
 * Tests of lib/features.c: licensing.md rule 23.
 */
#include "lib/features.h"

#include <string.h>

#include "tests/unit/unit.h"

static struct feature_offer
some(int64_t value)
{
	return (struct feature_offer){ true, value };
}

static void
assert_choice(const struct feature_offers *offers, int64_t value, enum feature_source source)
{
	struct feature_choice choice = feature_choose(offers);

	assert_true(choice.value == value);
	assert_int_equal(choice.source, source);
}

static void
the_users_override_beats_the_workspaces_beats_plans_beats_the_default(void **state)
{
	(void)state;
	struct feature_offers offers = { .default_value = 1 };

	assert_choice(&offers, 1, FEATURE_FROM_DEFAULT);
	offers.workspace_plan = some(2);
	assert_choice(&offers, 2, FEATURE_FROM_PLAN);
	offers.plan = some(0);
	assert_choice(&offers, 2, FEATURE_FROM_PLAN);
	offers.workspace_override = some(1);
	assert_choice(&offers, 1, FEATURE_FROM_OVERRIDE);
	offers.override = some(0);
	assert_choice(&offers, 0, FEATURE_FROM_OVERRIDE);
}

static void
the_better_plan_is_the_one_without_limit_else_the_higher(void **state)
{
	(void)state;
	struct feature_offers offers = { .default_value = 9, .plan = some(3), .workspace_plan = some(5) };

	assert_choice(&offers, 5, FEATURE_FROM_PLAN);
	offers.plan = some(7);
	assert_choice(&offers, 7, FEATURE_FROM_PLAN);
	offers.workspace_plan = some(FEATURE_UNLIMITED);
	assert_choice(&offers, FEATURE_UNLIMITED, FEATURE_FROM_PLAN);
	offers.workspace_plan.is_given = false;
	assert_choice(&offers, 7, FEATURE_FROM_PLAN);
	offers.plan = some(FEATURE_UNLIMITED);
	assert_choice(&offers, FEATURE_UNLIMITED, FEATURE_FROM_PLAN);
}

static const char *
taken(enum feature_type type, const char *text, int64_t *ret)
{
	struct json json;

	assert_int_equal(json_parse(arena, text, strlen(text), &json, NULL), OK);
	return feature_value_take(type, &json, ret);
}

static void
values_are_what_their_type_says(void **state)
{
	(void)state;
	int64_t value = -1;

	assert_null(taken(FEATURE_BOOLEAN, "true", &value));
	assert_true(value == 1);
	assert_null(taken(FEATURE_BOOLEAN, "false", &value));
	assert_true(value == 0);
	assert_null(taken(FEATURE_LIMIT, "9007199254740991", &value));
	assert_true(value == FEATURE_LIMIT_MAX);
	assert_null(taken(FEATURE_LIMIT, "null", &value));
	assert_true(value == FEATURE_UNLIMITED);
	assert_string_equal(taken(FEATURE_LIMIT, "-1", &value), "range");
	assert_string_equal(taken(FEATURE_LIMIT, "true", &value), "type");
	assert_string_equal(taken(FEATURE_LIMIT, "\"1\"", &value), "type");
	assert_string_equal(taken(FEATURE_BOOLEAN, "null", &value), "type");
	assert_string_equal(taken(FEATURE_BOOLEAN, "1", &value), "type");
}

static const char *
rendered(enum feature_type type, int64_t value)
{
	struct buffer b = buffer_new(arena);

	feature_value_render(&b, type, value);
	return buffer_string(&b);
}

static void
values_are_shown_as_they_came(void **state)
{
	(void)state;
	assert_string_equal(rendered(FEATURE_BOOLEAN, 0), "false");
	assert_string_equal(rendered(FEATURE_BOOLEAN, 1), "true");
	assert_string_equal(rendered(FEATURE_LIMIT, 0), "0");
	assert_string_equal(rendered(FEATURE_LIMIT, FEATURE_UNLIMITED), "null");
	assert_true(feature_is_on(FEATURE_UNLIMITED));
	assert_true(feature_is_on(1));
	assert_false(feature_is_on(0));
}

static void
keys_begin_with_a_letter(void **state)
{
	(void)state;
	assert_null(feature_key_check("a"));
	assert_null(feature_key_check("api_calls2"));
	assert_null(feature_key_check("a234567890123456789012345678901234567890123456789012345678901234"));
	assert_non_null(feature_key_check("a2345678901234567890123456789012345678901234567890123456789012345"));
	assert_non_null(feature_key_check(""));
	assert_non_null(feature_key_check("2a"));
	assert_non_null(feature_key_check("_a"));
	assert_non_null(feature_key_check("A"));
	assert_non_null(feature_key_check("a-b"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_users_override_beats_the_workspaces_beats_plans_beats_the_default),
		TEST(the_better_plan_is_the_one_without_limit_else_the_higher),
		TEST(values_are_what_their_type_says),
		TEST(values_are_shown_as_they_came),
		TEST(keys_begin_with_a_letter),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

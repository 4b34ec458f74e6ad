/*
 * Tests of domain/settings.c as far as it is pure: the defaults, and what a stored body may change.
 */
#include <string.h>

#include "domain/settings.h"
#include "lib/sign_in_methods.h"
#include "tests/unit/unit.h"

static const struct config config = {
	.passwords = { .length_min = 8, .score_min = 2, .memory_kib = 9216, .passes = 4, .breached_file = "" },
};

static struct sign_in_settings
parse(const char *body)
{
	return sign_in_settings_parse(arena, &config, body);
}

static void
without_a_row_the_defaults_hold(void **state)
{
	(void)state;
	static const char *const bodies[] = { NULL, "{}" };

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++) {
		struct sign_in_settings settings = parse(bodies[i]);

		assert_int_equal(settings.sign_up, SIGN_UP_OPEN);
		assert_true(settings.require_email_verification);
		assert_int_equal(settings.methods, METHOD_BIT(METHOD_PASSWORD));
		assert_int_equal(settings.password_length_min, 8);
		assert_int_equal(settings.password_length_max, 128);
		assert_int_equal(settings.password_score_min, 2);
		assert_int_equal(settings.reset_minutes, 30);
		assert_int_equal(settings.link_minutes, 10);
	}
}

static void
what_cant_be_read_opens_nothing(void **state)
{
	(void)state;
	static const char *const bodies[] = { "", "[]", "{\"sign_up\":", "{\"sign_up\":\"ajar\"}", "{\"sign_up\":true}" };

	for (size_t i = 0; i < ARRAY_LEN(bodies); i++)
		assert_int_equal(parse(bodies[i]).sign_up, SIGN_UP_CLOSED);
	assert_int_equal(parse("{\"sign_up\":\"open\"}").sign_up, SIGN_UP_OPEN);
}

static void
a_body_changes_what_it_names(void **state)
{
	(void)state;
	struct sign_in_settings settings = parse("{\"sign_up\":\"invite_only\",\"require_email_verification\":false,"
						 "\"methods\":[\"passkey\"],\"password_min_length\":12,\"reset_minutes\":60}");

	assert_int_equal(settings.sign_up, SIGN_UP_INVITE_ONLY);
	assert_false(settings.require_email_verification);
	assert_int_equal(settings.methods, METHOD_BIT(METHOD_PASSKEY));
	assert_int_equal(settings.password_length_min, 12);
	assert_int_equal(settings.reset_minutes, 60);
	assert_int_equal(settings.link_minutes, 10);
	assert_int_equal(parse("{\"methods\":[\"passkey\",\"password\"]}").methods, METHOD_BIT(METHOD_PASSKEY) | METHOD_BIT(METHOD_PASSWORD));
}

static void
values_out_of_range_are_the_defaults(void **state)
{
	(void)state;
	struct sign_in_settings settings = parse("{\"password_min_length\":7,\"reset_minutes\":61,\"link_minutes\":\"10\"}");

	assert_int_equal(settings.password_length_min, 8);
	assert_int_equal(settings.reset_minutes, 30);
	assert_int_equal(settings.link_minutes, 10);
}

static void
policies_go_both_ways(void **state)
{
	(void)state;
	enum sign_up_policy policy = SIGN_UP_OPEN;

	assert_true(sign_up_policy_parse("closed", &policy));
	assert_int_equal(policy, SIGN_UP_CLOSED);
	assert_string_equal(sign_up_policy_name(policy), "closed");
	assert_false(sign_up_policy_parse("Open", &policy));
	assert_false(sign_up_policy_parse(NULL, &policy));
	assert_int_equal(policy, SIGN_UP_CLOSED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(without_a_row_the_defaults_hold),
		TEST(what_cant_be_read_opens_nothing),
		TEST(a_body_changes_what_it_names),
		TEST(values_out_of_range_are_the_defaults),
		TEST(policies_go_both_ways),
	};

	return cmocka_run_group_tests_name("settings", tests, NULL, NULL);
}

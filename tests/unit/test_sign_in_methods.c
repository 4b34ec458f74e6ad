/*
 * Tests of lib/sign_in_methods.c: methods as words, and those by which a session was made.
 */
#include <stddef.h>

#include "lib/sign_in_methods.h"
#include "tests/unit/unit.h"

static void
words_are_sets_and_none_is_every_method(void **state)
{
	(void)state;
	assert_int_equal(sign_in_methods_parse(NULL), METHODS_ALL);
	assert_int_equal(sign_in_methods_parse(""), 0);
	assert_int_equal(sign_in_methods_parse("password fax passkey"), METHOD_BIT(METHOD_PASSWORD) | METHOD_BIT(METHOD_PASSKEY));
	assert_int_equal(sign_in_method_parse("fax"), METHOD_COUNT);
}

/* What a session of these columns was made by; true of exactly the methods in words. */
static bool
is_by(const char *words, const char *auth_strength, const char *amr)
{
	return sign_in_methods_of_session(auth_strength, amr) == sign_in_methods_parse(words);
}

static void
a_session_says_by_what_it_was_made(void **state)
{
	(void)state;
	assert_true(is_by("password", "password", "pwd"));
	assert_true(is_by("email_otp", "email_otp", "otp"));
	assert_true(is_by("magic_link", "magic_link", "otp"));
	assert_true(is_by("phone_otp", "phone_otp", "sms"));
	assert_true(is_by("social", "social_oauth", "fed"));
	assert_true(is_by("anonymous", "anonymous", "anonymous"));
	assert_true(is_by("passkey", "passkey", "pop mfa"));
	assert_true(is_by("", "enterprise_sso", "unknown"));
	assert_true(is_by("email_otp password", "email_otp", "otp pwd"));
}

static void
a_second_factor_says_nothing_of_the_first_but_a_passkey(void **state)
{
	(void)state;
	assert_true(is_by("password", "totp_mfa", "pwd otp mfa"));
	assert_true(is_by("password", "phone_otp", "pwd sms mfa"));
	assert_true(is_by("password passkey", "passkey", "pwd pop mfa"));
	assert_true(is_by("social", "totp_mfa", "fed otp mfa"));
	assert_true(is_by("email_otp magic_link", "totp_mfa", "otp mfa"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(words_are_sets_and_none_is_every_method),
		TEST(a_session_says_by_what_it_was_made),
		TEST(a_second_factor_says_nothing_of_the_first_but_a_passkey),
	};

	return cmocka_run_group_tests_name("sign_in_methods", tests, NULL, NULL);
}

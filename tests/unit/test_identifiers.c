/*
 * Tests of lib/identifiers.c.
 */
#include "lib/identifiers.h"
#include "tests/unit/unit.h"

static void
phones_are_e164(void **state)
{
	(void)state;
	assert_null(phone_check("+12345678"));
	assert_null(phone_check("+491511234567890"));
	static const char *const bad[] = { "", "+", "12345678", "+02345678", "+1234567", "+4915112345678901", "+49 151 1234567", "+49151123456x" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_string_equal(phone_check(bad[i]), "pattern");
}

static void
usernames_begin_with_a_letter_and_are_lowered(void **state)
{
	(void)state;
	assert_null(username_check("abc"));
	assert_null(username_check("Abc-d_9"));
	assert_null(username_check("abcdefghijabcdefghijabcdefghijab"));
	assert_string_equal(username_check("abcdefghijabcdefghijabcdefghijabc"), "length");
	assert_string_equal(username_check("ab"), "length");
	static const char *const bad[] = { "", "1abc", "_abc", "a b", "a.b", "abc\xc3\xa9" };
	for (size_t i = 0; i < ARRAY_LEN(bad); i++)
		assert_string_equal(username_check(bad[i]), "pattern");
	assert_string_equal(username_lower(arena, "Abc-D"), "abc-d");
	assert_null(username_lower(arena, NULL));
}

static void
external_ids_are_counted_in_octets(void **state)
{
	(void)state;
	char text[EXTERNAL_ID_BYTES_MAX + 2];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = i < EXTERNAL_ID_BYTES_MAX ? 'x' : '\0';
	assert_null(external_id_check(text));
	text[EXTERNAL_ID_BYTES_MAX] = 'x';
	assert_string_equal(external_id_check(text), "length");
	assert_string_equal(external_id_check(""), "length");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(phones_are_e164),
		TEST(usernames_begin_with_a_letter_and_are_lowered),
		TEST(external_ids_are_counted_in_octets),
	};

	return cmocka_run_group_tests_name("identifiers", tests, NULL, NULL);
}

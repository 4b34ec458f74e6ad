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

static void
what_was_typed_is_told_by_its_form(void **state)
{
	(void)state;
	static const struct {
		const char *typed, *key;
		enum identifier_kind kind;
	} cases[] = {
		{ "Ada@Example.com", "ada@example.com", IDENTIFIER_EMAIL },
		{ "+49 (170) 123-45.67", "+491701234567", IDENTIFIER_PHONE },
		{ "Ada_L-9", "ada_l-9", IDENTIFIER_USERNAME },
		{ "a@b@c", NULL, IDENTIFIER_NONE },
		{ "+0123456789", NULL, IDENTIFIER_NONE },
		{ "+1234567", NULL, IDENTIFIER_NONE },
		{ "+1234567890123456", NULL, IDENTIFIER_NONE },
		{ "+49x1701234567", NULL, IDENTIFIER_NONE },
		{ "+", NULL, IDENTIFIER_NONE },
		{ "ab", NULL, IDENTIFIER_NONE },
		{ "9ada", NULL, IDENTIFIER_NONE },
		{ "_ada", NULL, IDENTIFIER_NONE },
		{ "ada lovelace", NULL, IDENTIFIER_NONE },
		{ "adä", NULL, IDENTIFIER_NONE },
		{ "a2345678901234567890123456789012", "a2345678901234567890123456789012", IDENTIFIER_USERNAME },
		{ "a23456789012345678901234567890123", NULL, IDENTIFIER_NONE },
		{ "", NULL, IDENTIFIER_NONE },
	};

	for (size_t i = 0; i < ARRAY_LEN(cases); i++) {
		const char *key = NULL;

		assert_int_equal(identifier_parse(arena, cases[i].typed, &key), cases[i].kind);
		if (cases[i].key != NULL)
			assert_string_equal(key, cases[i].key);
	}
}

static void
calling_codes_narrow_numbers(void **state)
{
	(void)state;
	static const char *const items[] = { "+49", "+1" };
	struct strings codes = { .items = items, .count = 2 };

	assert_true(phone_is_of("+491701234567", codes));
	assert_true(phone_is_of("+12025550123", codes));
	assert_false(phone_is_of("+621701234567", codes));
	assert_true(phone_is_of("+621701234567", (struct strings){ 0 }));
}

static void
masks_show_enough_to_recognise(void **state)
{
	(void)state;
	assert_string_equal(identifier_mask(arena, "pat@example.com"), "p•••@example.com");
	assert_string_equal(identifier_mask(arena, "+491701234567"), "+49•••67");
	assert_string_equal(identifier_mask(arena, "patricia"), "p•••");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(phones_are_e164),
		TEST(usernames_begin_with_a_letter_and_are_lowered),
		TEST(what_was_typed_is_told_by_its_form),
		TEST(calling_codes_narrow_numbers),
		TEST(masks_show_enough_to_recognise),
		TEST(external_ids_are_counted_in_octets),
	};

	return cmocka_run_group_tests_name("identifiers", tests, NULL, NULL);
}

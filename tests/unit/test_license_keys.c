/*
 * Tests of lib/license_keys.c, with the vectors that the contract publishes.
 */
#include "lib/license_keys.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/symbols.h"
#include "tests/unit/unit.h"

static const char *const GOOD[] = { "2222222222222222", "ABCDEFGHJKMNPQRU", "K7QF9TWX3HMPA8ZZ" };

static void
the_published_keys_prove_themselves(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(GOOD); i++)
		assert_true(license_key_is_made(GOOD[i]));
	assert_false(license_key_is_made("K7QF9TWX3HMPA8Z2"));
	assert_false(license_key_is_made("K7QF9TWX3HMPA8Z"));
	assert_false(license_key_is_made("K7QF9TWX3HMPA8ZZZ"));
	assert_false(license_key_is_made(""));
	assert_false(license_key_is_made("k7qf9twx3hmpa8zz"));
	assert_false(license_key_is_made("K7QF9TWX3HMPA8Z\xc3"));
}

static void
each_wrong_symbol_and_each_swap_is_found(void **state)
{
	(void)state;
	char key[LICENSE_KEY_LEN + 1];

	memcpy(key, GOOD[2], sizeof(key));
	for (size_t i = 0; i < LICENSE_KEY_LEN; i++) {
		for (const char *c = SYMBOLS; *c != '\0'; c++) {
			key[i] = *c;
			assert_int_equal(license_key_is_made(key), *c == GOOD[2][i]);
		}
		key[i] = GOOD[2][i];
		for (size_t k = 0; k < i; k++) {
			key[i] = GOOD[2][k];
			key[k] = GOOD[2][i];
			assert_int_equal(license_key_is_made(key), key[i] == key[k]);
			key[i] = GOOD[2][i];
			key[k] = GOOD[2][k];
		}
	}
}

static void
made_keys_prove_themselves_and_use_every_symbol(void **state)
{
	(void)state;
	bool seen[256] = { false };
	const char *last = "";

	for (int i = 0; i < 300; i++) {
		const char *key;
		assert_int_equal(license_key_make(arena, &key), OK);
		assert_true(license_key_is_made(key));
		assert_string_not_equal(key, last);
		seen[(unsigned char)key[LICENSE_KEY_LEN - 1]] = true;
		last = key;
	}
	for (const char *c = SYMBOLS; *c != '\0'; c++)
		assert_true(seen[(unsigned char)*c]);
}

static void
what_people_type_becomes_one_form(void **state)
{
	(void)state;
	assert_string_equal(license_key_normalise(arena, " k7qf-9twX 3hmp--a8zz "), GOOD[2]);
	assert_string_equal(license_key_normalise(arena, ""), "");
	assert_string_equal(license_key_normalise(arena, "k7qf_9"), "K7QF_9");
	assert_string_equal(license_key_written(arena, GOOD[2]), "K7QF-9TWX-3HMP-A8ZZ");
	assert_string_equal(license_key_written(arena, "MYOWNKEY12"), "MYOWNKEY12");
}

static void
a_projects_own_keys_are_letters_and_digits(void **state)
{
	(void)state;
	char longest[CUSTOM_KEY_MAX + 2];

	memset(longest, 'A', sizeof(longest));
	longest[CUSTOM_KEY_MAX] = '\0';
	assert_true(license_key_is_custom(longest));
	longest[CUSTOM_KEY_MAX] = 'A';
	longest[CUSTOM_KEY_MAX + 1] = '\0';
	assert_false(license_key_is_custom(longest));
	assert_true(license_key_is_custom("ABCD0189"));
	assert_false(license_key_is_custom("ABCD018"));
	assert_false(license_key_is_custom("ABCD018a"));
	assert_false(license_key_is_custom("ABCD-018"));
}

static void
a_hint_never_gives_away_a_short_key(void **state)
{
	(void)state;
	const char *first = license_key_first4(arena, GOOD[2]);
	const char *last = license_key_last4(arena, GOOD[2]);

	assert_string_equal(license_key_hint(arena, first, last), "K7QF-****-****-A8ZZ");
	first = license_key_first4(arena, "ABCD0189");
	last = license_key_last4(arena, "ABCD0189");
	assert_string_equal(license_key_hint(arena, first, last), "****-****-****-0189");
}

static void
digests_are_the_published_ones(void **state)
{
	(void)state;
	uint8_t secret[LICENSE_SECRET_LEN], digest[LICENSE_DIGEST_LEN];
	const struct license_secrets *secrets;

	for (size_t i = 0; i < sizeof(secret); i++)
		secret[i] = (uint8_t)i;
	assert_int_equal(license_secrets_derive(arena, (struct bytes){ secret, sizeof(secret) }, &secrets), OK);
	assert_int_equal(license_key_digest(secrets, GOOD[2], digest), OK);
	assert_string_equal(hex_encode(arena, (struct bytes){ digest, sizeof(digest) }),
			    "1b57ed0c8d2e652623c7b9b4a696bf2f565e1cac4bb0aac85002fceada2ca2cd");
	assert_int_equal(license_secrets_derive(arena, (struct bytes){ secret, sizeof(secret) - 1 }, &secrets), ERR_CRYPTO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_published_keys_prove_themselves),
		TEST(each_wrong_symbol_and_each_swap_is_found),
		TEST(made_keys_prove_themselves_and_use_every_symbol),
		TEST(what_people_type_becomes_one_form),
		TEST(a_projects_own_keys_are_letters_and_digits),
		TEST(a_hint_never_gives_away_a_short_key),
		TEST(digests_are_the_published_ones),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

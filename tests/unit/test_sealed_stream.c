/*
 * Tests of lib/sealed_stream.c.
 */
#include <string.h>

#include "lib/sealed_stream.h"
#include "tests/unit/unit.h"

static const uint8_t key[STREAM_KEY_LEN] = { 1, 2, 3 };

static void
a_chunk_opens_at_its_place_alone(void **state)
{
	(void)state;
	uint8_t sealed[6 + STREAM_TAG_LEN], plain[sizeof(sealed)], other[STREAM_KEY_LEN] = { 1, 2, 4 };
	struct bytes chunk = { sealed, sizeof(sealed) };

	assert_int_equal(stream_seal(key, 7, false, BYTES("secret"), sealed), OK);
	assert_int_equal(stream_open(key, 7, false, chunk, plain), OK);
	assert_memory_equal(plain, "secret", 6);
	assert_int_equal(stream_open(key, 8, false, chunk, plain), ERR_CRYPTO);
	assert_int_equal(stream_open(key, 7, true, chunk, plain), ERR_CRYPTO);
	assert_int_equal(stream_open(other, 7, false, chunk, plain), ERR_CRYPTO);
	for (size_t i = 0; i < sizeof(sealed); i++) {
		sealed[i] ^= 1;
		assert_int_equal(stream_open(key, 7, false, chunk, plain), ERR_CRYPTO);
		sealed[i] ^= 1;
		assert_int_equal(stream_open(key, 7, false, (struct bytes){ sealed, i }, plain), ERR_CRYPTO);
	}
	assert_int_equal(stream_open(key, 7, false, chunk, plain), OK);
}

static void
the_last_chunk_may_be_empty(void **state)
{
	(void)state;
	uint8_t sealed[STREAM_TAG_LEN], plain[STREAM_TAG_LEN];

	assert_int_equal(stream_seal(key, 0, true, (struct bytes){ (const uint8_t *)"", 0 }, sealed), OK);
	assert_int_equal(stream_open(key, 0, true, (struct bytes){ sealed, sizeof(sealed) }, plain), OK);
	assert_int_equal(stream_open(key, 0, false, (struct bytes){ sealed, sizeof(sealed) }, plain), ERR_CRYPTO);
}

static void
a_key_is_of_its_passphrase_and_salt(void **state)
{
	(void)state;
	const uint8_t salt[STREAM_SALT_LEN] = "a salt", other_salt[STREAM_SALT_LEN] = "another";
	uint8_t first[STREAM_KEY_LEN], second[STREAM_KEY_LEN];

	assert_int_equal(stream_key_derive("passphrase", salt, first), OK);
	assert_int_equal(stream_key_derive("passphrase", salt, second), OK);
	assert_memory_equal(first, second, sizeof(first));
	assert_int_equal(stream_key_derive("passphrase", other_salt, second), OK);
	assert_memory_not_equal(first, second, sizeof(first));
	assert_int_equal(stream_key_derive("Passphrase", salt, second), OK);
	assert_memory_not_equal(first, second, sizeof(first));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_chunk_opens_at_its_place_alone),
		TEST(the_last_chunk_may_be_empty),
		TEST(a_key_is_of_its_passphrase_and_salt),
	};

	return cmocka_run_group_tests_name("sealed_stream", tests, NULL, NULL);
}

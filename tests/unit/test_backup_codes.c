/*
 * Tests of lib/backup_codes.c.
 */
#include <string.h>

#include "lib/backup_codes.h"
#include "tests/unit/unit.h"

#define ALPHABET "0123456789ABCDEFGHJKMNPQRSTVWXYZ"

static void
made_codes_have_the_form_differ_and_use_every_symbol(void **state)
{
	(void)state;
	bool seen[256] = {false};
	const char *last = "";

	for (int i = 0; i < 200; i++) {
		const char *code, *read;

		assert_int_equal(backup_code_make(arena, &code), OK);
		assert_int_equal(strlen(code), BACKUP_CODE_LEN);
		for (size_t at = 0; at < BACKUP_CODE_LEN; at++) {
			assert_true(at == 5 || at == 10 ? code[at] == '-'
							: strchr(ALPHABET, code[at]) != NULL);
			seen[(unsigned char)code[at]] = true;
		}
		assert_true(backup_code_parse(arena, code, &read));
		assert_string_equal(read, code);
		assert_string_not_equal(code, last);
		last = code;
	}
	for (const char *c = ALPHABET; *c != '\0'; c++)
		assert_true(seen[(unsigned char)*c]);
}

static void
what_people_type_is_read_as_crockford_says(void **state)
{
	(void)state;
	static const char *const TYPED[] = {"0123A-1010-WXYZ", "0123a-1010-wxyz", "0123A1010WXYZ",
					    "oi23a loLO wxyz", "O1 23A-1o1O-W XYZ-"};

	for (size_t i = 0; i < ARRAY_LEN(TYPED); i++) {
		const char *code = NULL;

		assert_true(backup_code_parse(arena, TYPED[i], &code));
		assert_string_equal(code, "0123A-1010-WXYZ");
	}
}

static void
what_cant_be_a_code_is_refused(void **state)
{
	(void)state;
	static const char *const BAD[] = {"",
					  "0123A-1010-WXY",
					  "0123A-1010-WXYZ0",
					  "0123A-1010-WXYU",
					  "0123A_1010_WXYZ",
					  "0123A-1010-WXY\xc3\xa4"};

	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		const char *code = "untouched";

		assert_false(backup_code_parse(arena, BAD[i], &code));
		assert_string_equal(code, "untouched");
	}
}

/* RFC 4231 test case 2. */
static void
digests_are_hmac_sha256_under_the_sets_key(void **state)
{
	(void)state;
	static const uint8_t EXPECTED[] = {0x5b, 0xdc, 0xc1, 0x46, 0xbf, 0x60, 0x75, 0x4e,
					   0x6a, 0x04, 0x24, 0x26, 0x08, 0x95, 0x75, 0xc7,
					   0x5a, 0x00, 0x3f, 0x08, 0x9d, 0x27, 0x39, 0x83,
					   0x9d, 0xec, 0x58, 0xb9, 0x64, 0xec, 0x38, 0x43};
	uint8_t digest[BACKUP_DIGEST_LEN];
	struct bytes key, other;

	assert_int_equal(backup_code_digest(BYTES("Jefe"), "what do ya want for nothing?", digest),
			 OK);
	assert_memory_equal(digest, EXPECTED, sizeof(digest));
	assert_int_equal(backup_key_make(arena, &key), OK);
	assert_int_equal(backup_key_make(arena, &other), OK);
	assert_int_equal(key.len, BACKUP_KEY_LEN);
	assert_memory_not_equal(key.data, other.data, key.len);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(made_codes_have_the_form_differ_and_use_every_symbol),
	    TEST(what_people_type_is_read_as_crockford_says),
	    TEST(what_cant_be_a_code_is_refused),
	    TEST(digests_are_hmac_sha256_under_the_sets_key),
	};

	return cmocka_run_group_tests_name("backup_codes", tests, NULL, NULL);
}

/*
 * Tests of lib/invite_codes.c.
 */
#include <string.h>

#include "lib/invite_codes.h"
#include "tests/unit/unit.h"

#define ALPHABET "23456789ABCDEFGHJKMNPQRSTUVWXYZ"

static struct secret
make(void)
{
	struct secret secret;

	assert_int_equal(invite_code_make(arena, &secret), OK);
	return secret;
}

static void
made_codes_have_the_form_and_are_read_as_themselves(void **state)
{
	(void)state;
	for (int i = 0; i < 200; i++) {
		struct secret secret = make();
		uint8_t digest[SECRET_DIGEST_LEN];
		const char *code;

		assert_int_equal(strlen(secret.text), INVITE_CODE_LEN);
		for (size_t at = 0; at < INVITE_CODE_LEN; at++)
			assert_true(at == 4 || at == 9 ? secret.text[at] == '-'
						       : strchr(ALPHABET, secret.text[at]) != NULL);
		assert_true(invite_code_parse(arena, secret.text, &code));
		assert_string_equal(code, secret.text);
		secret_digest(secret.text, digest);
		assert_memory_equal(digest, secret.digest, sizeof(digest));
	}
}

static void
every_symbol_is_used_and_codes_differ(void **state)
{
	(void)state;
	char first[INVITE_CODE_LEN + 1];
	bool seen[256] = { false };

	memcpy(first, make().text, sizeof(first));
	for (int i = 0; i < 200; i++) {
		struct secret secret = make();

		assert_string_not_equal(secret.text, first);
		for (size_t at = 0; at < INVITE_CODE_LEN; at++)
			seen[(unsigned char)secret.text[at]] = true;
	}
	for (const char *c = ALPHABET; *c != '\0'; c++)
		assert_true(seen[(unsigned char)*c]);
}

static void
letter_case_and_hyphens_dont_matter(void **state)
{
	(void)state;
	static const char *const TYPED[] = { "ABCD-EFGH-2345", "abcd-efgh-2345", "abcdefgh2345", "ABCDEFGH-2345",
					     "ABCD-EFGH-2345-" };

	for (size_t i = 0; i < ARRAY_LEN(TYPED); i++) {
		const char *code = NULL;

		assert_true(invite_code_parse(arena, TYPED[i], &code));
		assert_string_equal(code, "ABCD-EFGH-2345");
	}
}

static void
what_cant_be_a_code_is_refused(void **state)
{
	(void)state;
	static const char *const BAD[] = { "",		      "-",		  "ABCD-EFGH-234",   "ABCD-EFGH-23456",
					   "ABCD-EFGH-2340",  "ABCD-EFGH-234I",	  "ABCD-EFGH-234L",  "ABCD-EFGH-234O",
					   "ABCD-EFGH-2341",  "-ABCD-EFGH-2345",  " ABCD-EFGH-2345", "ABCD EFGH 2345",
					   "ABCD-EFGH-234\xc3\xa4" };

	for (size_t i = 0; i < ARRAY_LEN(BAD); i++) {
		const char *code = "untouched";

		assert_false(invite_code_parse(arena, BAD[i], &code));
		assert_string_equal(code, "untouched");
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(made_codes_have_the_form_and_are_read_as_themselves),
		TEST(every_symbol_is_used_and_codes_differ),
		TEST(letter_case_and_hyphens_dont_matter),
		TEST(what_cant_be_a_code_is_refused),
	};

	return cmocka_run_group_tests_name("invite_codes", tests, NULL, NULL);
}

/*
 * Tests of lib/totp.c: the vectors of RFC 4226 and RFC 6238, and what counts as the code of a
 * moment.
 */
#include <string.h>

#include "lib/totp.h"
#include "tests/unit/unit.h"

/* Of both RFCs' appendices. */
static const struct bytes SEED = {(const uint8_t *)"12345678901234567890", 20};

static void
rfc_4226_appendix_d(void **state)
{
	(void)state;
	static const char *const CODES[] = {"755224", "287082", "359152", "969429", "338314",
					    "254676", "287922", "162583", "399871", "520489"};

	for (size_t i = 0; i < ARRAY_LEN(CODES); i++) {
		char code[TOTP_DIGITS + 1];

		assert_int_equal(totp_code(SEED, (int64_t)i, code), OK);
		assert_string_equal(code, CODES[i]);
	}
}

/* The appendix has eight digits; six are the last six of them. */
static void
rfc_6238_appendix_b(void **state)
{
	(void)state;
	static const struct {
		int64_t at_s;
		const char *code;
	} VECTORS[] = {
	    {59, "287082"},         {1111111109, "081804"}, {1111111111, "050471"},
	    {1234567890, "005924"}, {2000000000, "279037"}, {20000000000, "353130"},
	};

	for (size_t i = 0; i < ARRAY_LEN(VECTORS); i++) {
		int64_t step = NONE;

		assert_int_equal(
		    totp_match(SEED, VECTORS[i].at_s * SECOND_MS, VECTORS[i].code, &step), OK);
		assert_int_equal(step, VECTORS[i].at_s / 30);
	}
}

static void
one_step_to_either_side_counts_and_no_more(void **state)
{
	(void)state;
	const int64_t now_ms = 1111111111 * SECOND_MS;

	for (int64_t off = -3; off <= 3; off++) {
		char code[TOTP_DIGITS + 1];
		int64_t step = 7;

		assert_int_equal(totp_code(SEED, totp_step_at(now_ms) + off, code), OK);
		bool counts = off >= -1 && off <= 1;
		assert_int_equal(totp_match(SEED, now_ms, code, &step),
				 counts ? OK : ERR_INVALID_CODE);
		assert_int_equal(step, counts ? totp_step_at(now_ms) + off : 7);
	}
}

static void
spaces_are_ignored_and_nothing_else(void **state)
{
	(void)state;
	static const char *const GOOD[] = {"287082", "287 082", " 2 8 7 0 8 2 "};
	static const char *const BAD[] = {"",
					  "28708",
					  "2870822",
					  "287083",
					  "287-082",
					  "28708x",
					  "+28708",
					  "287082\n",
					  ("\xd9\xa2"
					   "87082")};
	int64_t step;

	for (size_t i = 0; i < ARRAY_LEN(GOOD); i++)
		assert_int_equal(totp_match(SEED, 59 * SECOND_MS, GOOD[i], &step), OK);
	for (size_t i = 0; i < ARRAY_LEN(BAD); i++)
		assert_int_equal(totp_match(SEED, 59 * SECOND_MS, BAD[i], &step), ERR_INVALID_CODE);
}

static void
seeds_are_twenty_octets_and_differ(void **state)
{
	(void)state;
	struct bytes one, other;

	assert_int_equal(totp_make_seed(arena, &one), OK);
	assert_int_equal(totp_make_seed(arena, &other), OK);
	assert_int_equal(one.len, 20);
	assert_memory_not_equal(one.data, other.data, one.len);
}

static void
the_uri_is_what_apps_scan(void **state)
{
	(void)state;
	assert_string_equal(totp_seed_text(arena, SEED), "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
	assert_string_equal(totp_seed_text(arena, (struct bytes){(const uint8_t *)"f", 1}), "MY");
	assert_string_equal(totp_seed_text(arena, (struct bytes){(const uint8_t *)"fooba", 5}),
			    "MZXW6YTB");
	assert_string_equal(totp_uri(arena, "Acme & Co", "ada@example.com", SEED),
			    "otpauth://totp/Acme%20%26%20Co:ada%40example.com"
			    "?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Acme%20%26%20Co"
			    "&algorithm=SHA1&digits=6&period=30");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(rfc_4226_appendix_d),
	    TEST(rfc_6238_appendix_b),
	    TEST(one_step_to_either_side_counts_and_no_more),
	    TEST(spaces_are_ignored_and_nothing_else),
	    TEST(seeds_are_twenty_octets_and_differ),
	    TEST(the_uri_is_what_apps_scan),
	};

	return cmocka_run_group_tests_name("totp", tests, NULL, NULL);
}

/*
 * Tests of lib/hmac.c: the vectors of RFC 4231, and that one key leaves nothing to the next.
 */
#include "lib/hmac.h"

#include <string.h>

#include "lib/encode.h"
#include "tests/unit/unit.h"

static const char *
hex_of(const char *key, size_t key_len, const char *text)
{
	uint8_t mac[HMAC_SHA256_LEN];

	assert_int_equal(hmac_sha256((struct bytes){ (const uint8_t *)key, key_len }, (struct bytes){ (const uint8_t *)text, strlen(text) }, mac), OK);
	return hex_encode(arena, (struct bytes){ mac, sizeof(mac) });
}

static void
the_published_vectors(void **state)
{
	char short_key[20], long_key[131];

	(void)state;
	memset(short_key, 0x0b, sizeof(short_key));
	memset(long_key, 0xaa, sizeof(long_key));
	/* Twice, in another order: no key stays for the next. */
	for (int i = 0; i < 2; i++) {
		assert_string_equal(hex_of("Jefe", 4, "what do ya want for nothing?"), "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
		assert_string_equal(hex_of(short_key, sizeof(short_key), "Hi There"), "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
		assert_string_equal(hex_of(long_key, sizeof(long_key), "Test Using Larger Than Block-Size Key - Hash Key First"),
				    "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
	}
}

static void
of_nothing_there_is_one_too(void **state)
{
	(void)state;
	assert_string_equal(hex_of("Jefe", 4, ""), "923598ca6d64af2a5dba79dcd021a8a0fe5c5f557519adaaf0ad532d4506dd30");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_published_vectors),
		TEST(of_nothing_there_is_one_too),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}

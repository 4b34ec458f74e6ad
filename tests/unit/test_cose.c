/*
 * Tests of lib/cose.c: which keys are taken.
 */
#include "lib/cose.h"
#include "tests/unit/authenticator.h"

static bool
usable(struct bytes cose)
{
	struct cbor_tree tree;

	assert_true(cbor_tree_read(cose, &tree));
	return cose_key_is_usable(&tree);
}

/* The octet at an offset of a good key changed. */
static bool
usable_with(struct bytes cose, size_t at, uint8_t value)
{
	uint8_t *changed = arena_copy(arena, cose.data, cose.len);

	changed[at] = value;
	return usable((struct bytes){changed, cose.len});
}

static void
keys_of_other_kinds_are_refused(void **state)
{
	(void)state;
	struct authenticator p256 = new_p256(), ed25519 = new_ed25519(), rsa = new_rsa(2048),
			     small = new_rsa(1024), large = new_rsa(4096);

	assert_true(usable(p256.cose));
	assert_true(usable(ed25519.cose));
	assert_true(usable(rsa.cose));
	assert_true(usable(large.cose));
	assert_false(usable(small.cose));
	assert_false(usable_with(p256.cose, 2, 1));    /* kty */
	assert_false(usable_with(p256.cose, 4, 0x27)); /* alg: EdDSA */
	assert_false(usable_with(p256.cose, 6, 2));    /* crv: P-384 */
	assert_false(
	    usable_with(p256.cose, 10, (uint8_t)(p256.cose.data[10] ^ 1))); /* off the curve */
	assert_false(usable_with(ed25519.cose, 6, 5));                      /* crv: X448 */
	assert_false(usable_with(rsa.cose, 6, 1));                          /* alg: RS384 */
	assert_false(usable_with(rsa.cose, rsa.cose.len - 1, 2));           /* an even exponent */
	EVP_PKEY_free(p256.key);
	EVP_PKEY_free(ed25519.key);
	EVP_PKEY_free(rsa.key);
	EVP_PKEY_free(small.key);
	EVP_PKEY_free(large.key);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    TEST(keys_of_other_kinds_are_refused),
	};

	return cmocka_run_group_tests_name("cose", tests, NULL, NULL);
}

/*
 * Tests of lib/signing_keys.c: what is signed verifies with the published half, opens only in its row, and says which key it was.
 */
#include <string.h>

#include <openssl/evp.h>

#include "lib/encode.h"
#include "lib/jose.h"
#include "lib/signing_keys.h"
#include "tests/unit/unit.h"

static const struct seal_place place = {
	.table = "signing_keys", .column = "private_sealed", .row_id = "sgk_0000000000000001", .project_id = "prj_0000000000000001",
};
static const struct token_head head = { .type = "at+jwt", .kid = "sgk_0000000000000001" };

static struct keyring *
make_keyring(void)
{
	struct keyring *keyring = NULL;
	const char *problem = NULL, *line = NULL;

	assert_int_equal(keyring_make_line(arena, NULL, &line), OK);
	assert_true(keyring_parse(line, strlen(line), &keyring, &problem));
	return keyring;
}

static struct json
parse(const char *text)
{
	struct json value;

	assert_int_equal(json_parse(arena, text, strlen(text), &value, NULL), OK);
	return value;
}

static struct json
key_set(const char *jwk)
{
	return parse(arena_printf(arena, "{\"keys\":[%s]}", jwk));
}

static void
what_is_signed_verifies_with_the_published_half(void **state)
{
	(void)state;
	static const enum signing_alg algs[] = { SIGN_ES256, SIGN_RS256 };
	struct keyring *keyring = make_keyring();

	for (size_t i = 0; i < ARRAY_LEN(algs); i++) {
		const char *jwk, *other_jwk, *token;
		struct bytes sealed, other;
		struct jws jws;

		assert_int_equal(signing_key_make(keyring, arena, algs[i], &place, &jwk, &sealed), OK);
		assert_int_equal(signing_key_make(keyring, arena, algs[i], &place, &other_jwk, &other), OK);
		assert_int_equal(signing_key_sign(keyring, arena, algs[i], &place, sealed, &head, "{\"sub\":\"x\"}", &token), OK);
		assert_true(jws_parse(arena, token, &jws));
		assert_string_equal(jws.alg, signing_alg_names[algs[i]]);
		assert_string_equal(jws.kid, head.kid);
		assert_string_equal(json_text(&jws.claims, "sub"), "x");
		struct json keys = key_set(jwk), wrong = key_set(other_jwk);
		assert_true(jws_verify(arena, &jws, &keys));
		assert_false(jws_verify(arena, &jws, &wrong));
		struct json published = parse(jwk);
		assert_string_equal(json_text(&published, "kid"), place.row_id);
		assert_string_equal(json_text(&published, "use"), "sig");
		assert_null(json_member(&published, "d"));
	}
	keyring_free(keyring);
}

/* RFC 8037: the signature is over the very octets of header.payload. */
static void
ed25519_signs_too(void **state)
{
	(void)state;
	struct keyring *keyring = make_keyring();
	const char *jwk, *token;
	struct bytes sealed, x;

	assert_int_equal(signing_key_make(keyring, arena, SIGN_EDDSA, &place, &jwk, &sealed), OK);
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_EDDSA, &place, sealed, &head, "{}", &token), OK);
	struct json published = parse(jwk);
	const char *text = json_text(&published, "x");
	assert_true(base64url_decode(arena, text, strlen(text), &x));
	const char *dot = strrchr(token, '.');
	struct bytes signature;
	assert_true(base64url_decode(arena, dot + 1, strlen(dot + 1), &signature));
	EVP_PKEY *key = EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.data, x.len);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	const unsigned char *input = (const unsigned char *)token;
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key), 1);
	assert_int_equal(EVP_DigestVerify(context, signature.data, signature.len, input, (size_t)(dot - token)), 1);
	EVP_MD_CTX_free(context);
	context = EVP_MD_CTX_new();
	assert_int_equal(EVP_DigestVerifyInit(context, NULL, NULL, NULL, key), 1);
	assert_int_not_equal(EVP_DigestVerify(context, signature.data, signature.len, input, (size_t)(dot - token) - 1), 1);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	keyring_free(keyring);
}

static void
a_key_opens_in_its_row_and_for_its_algorithm_alone(void **state)
{
	(void)state;
	struct keyring *keyring = make_keyring();
	struct seal_place elsewhere = place;
	const char *jwk, *token = NULL;
	struct bytes sealed;

	elsewhere.row_id = "sgk_0000000000000002";
	assert_int_equal(signing_key_make(keyring, arena, SIGN_ES256, &place, &jwk, &sealed), OK);
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_ES256, &elsewhere, sealed, &head, "{}", &token), ERR_CRYPTO);
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_RS256, &place, sealed, &head, "{}", &token), ERR_CRYPTO);
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_EDDSA, &place, sealed, &head, "{}", &token), ERR_CRYPTO);
	assert_null(token);
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_ES256, &place, sealed, &head, "{}", &token), OK);
	/* That it has been opened here is of no use elsewhere, nor to what isn't sealed. */
	struct bytes changed = { arena_copy(arena, sealed.data, sealed.len), sealed.len };
	((uint8_t *)(uintptr_t)changed.data)[changed.len - 1] ^= 1;
	token = NULL;
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_ES256, &elsewhere, sealed, &head, "{}", &token), ERR_CRYPTO);
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_ES256, &place, changed, &head, "{}", &token), ERR_CRYPTO);
	assert_int_equal(signing_key_sign(keyring, arena, SIGN_RS256, &place, sealed, &head, "{}", &token), ERR_CRYPTO);
	assert_null(token);
	keyring_free(keyring);
}

/* More keys than are kept open, by turns: each signs with its own. */
static void
many_keys_are_not_mixed_up(void **state)
{
	(void)state;
	enum { KEYS = 100 };
	struct keyring *keyring = make_keyring();
	struct seal_place places[KEYS];
	const char *jwks[KEYS], *token;
	struct bytes sealed[KEYS];
	struct jws jws;

	for (size_t i = 0; i < KEYS; i++) {
		places[i] = place;
		places[i].row_id = arena_printf(arena, "sgk_%016zu", i);
		assert_int_equal(signing_key_make(keyring, arena, SIGN_EDDSA, &places[i], &jwks[i], &sealed[i]), OK);
	}
	for (size_t i = 0; i < 2 * (size_t)KEYS; i++) {
		size_t k = i % KEYS;

		assert_int_equal(signing_key_sign(keyring, arena, SIGN_EDDSA, &places[k], sealed[k], &head, "{}", &token), OK);
		assert_true(jws_parse(arena, token, &jws));
		struct json own = parse(jwks[k]), other = parse(jwks[(k + 1) % KEYS]);
		assert_true(jws_verify_with(arena, &jws, &own));
		assert_false(jws_verify_with(arena, &jws, &other));
	}
	keyring_free(keyring);
}

static void
words_go_both_ways(void **state)
{
	(void)state;

	for (enum signing_alg alg = 0; alg < SIGNING_ALG_COUNT; alg++)
		assert_int_equal(signing_alg_parse(signing_alg_names[alg]), alg);
	assert_int_equal(signing_alg_parse("none"), SIGNING_ALG_COUNT);
	assert_int_equal(signing_alg_parse("HS256"), SIGNING_ALG_COUNT);
	assert_int_equal(signing_alg_parse("es256"), SIGNING_ALG_COUNT);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(what_is_signed_verifies_with_the_published_half),
		TEST(ed25519_signs_too),
		TEST(a_key_opens_in_its_row_and_for_its_algorithm_alone),
		TEST(many_keys_are_not_mixed_up),
		TEST(words_go_both_ways),
	};

	return cmocka_run_group_tests_name("signing_keys", tests, NULL, NULL);
}

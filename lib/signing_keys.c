/*
 * Key pairs by OpenSSL: three kinds, one table.
 */
#include "lib/signing_keys.h"

#include <string.h>

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/x509.h>

#include "lib/buffer.h"
#include "lib/encode.h"

#define RSA_BITS      2048
#define P256_LEN      ((size_t)32)
#define SIGNATURE_MAX ((size_t)512)

const char *const signing_alg_names[] = {
	[SIGN_ES256] = "ES256",
	[SIGN_RS256] = "RS256",
	[SIGN_EDDSA] = "EdDSA",
	[SIGNING_ALG_COUNT] = NULL,
};

/* OpenSSL's words for the kinds of keys. */
static const char *const openssl_kinds[] = {
	[SIGN_ES256] = "EC",
	[SIGN_RS256] = "RSA",
	[SIGN_EDDSA] = "ED25519",
};

enum signing_alg
signing_alg_parse(const char *text)
{
	enum signing_alg alg = 0;

	while (alg < SIGNING_ALG_COUNT && strcmp(signing_alg_names[alg], text) != 0)
		alg++;
	return alg;
}

/* ---- making ---- */

static EVP_PKEY *
make_pair(enum signing_alg alg)
{
	switch (alg) {
	case SIGN_ES256: return EVP_PKEY_Q_keygen(NULL, NULL, "EC", "P-256");
	case SIGN_RS256: return EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)RSA_BITS);
	case SIGN_EDDSA: return EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	case SIGNING_ALG_COUNT:
	default: return NULL;
	}
}

static void
add_member(struct buffer *jwk, const char *name, const uint8_t *octets, size_t len)
{
	buffer_printf(jwk, ",\"%s\":\"%s\"", name,
		      base64url_encode(jwk->arena, (struct bytes){ octets, len }));
}

/* RFC 7518 section 6.3.1: without leading zeros. */
static bool
add_number(struct buffer *jwk, const char *name, const EVP_PKEY *key, const char *parameter)
{
	uint8_t octets[RSA_BITS / 8];
	BIGNUM *number = NULL;
	int len = 0;

	if (EVP_PKEY_get_bn_param(key, parameter, &number) == 1 && BN_num_bytes(number) <= (int)sizeof(octets))
		len = BN_bn2bin(number, octets);
	BN_free(number);
	if (len <= 0)
		return false;
	add_member(jwk, name, octets, (size_t)len);
	return true;
}

/* RFC 7518 section 6.2.1: the point's two halves, each of full length. */
static bool
add_point(struct buffer *jwk, const EVP_PKEY *key)
{
	uint8_t point[1 + 2 * P256_LEN];
	size_t len = 0;

	if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point), &len) != 1 ||
	    len != sizeof(point) || point[0] != POINT_CONVERSION_UNCOMPRESSED)
		return false;
	add_member(jwk, "x", point + 1, P256_LEN);
	add_member(jwk, "y", point + 1 + P256_LEN, P256_LEN);
	return true;
}

static bool
add_ed25519(struct buffer *jwk, const EVP_PKEY *key)
{
	uint8_t octets[32];
	size_t len = sizeof(octets);

	if (EVP_PKEY_get_raw_public_key(key, octets, &len) != 1)
		return false;
	add_member(jwk, "x", octets, len);
	return true;
}

static bool
add_numbers(struct buffer *jwk, enum signing_alg alg, const EVP_PKEY *key)
{
	switch (alg) {
	case SIGN_ES256:
		buffer_text(jwk, ",\"kty\":\"EC\",\"crv\":\"P-256\"");
		return add_point(jwk, key);
	case SIGN_RS256:
		buffer_text(jwk, ",\"kty\":\"RSA\"");
		return add_number(jwk, "n", key, OSSL_PKEY_PARAM_RSA_N) &&
		       add_number(jwk, "e", key, OSSL_PKEY_PARAM_RSA_E);
	case SIGN_EDDSA:
		buffer_text(jwk, ",\"kty\":\"OKP\",\"crv\":\"Ed25519\"");
		return add_ed25519(jwk, key);
	case SIGNING_ALG_COUNT:
	default: return false;
	}
}

static enum err
seal_private(const struct keyring *keyring, struct arena *arena, const EVP_PKEY *key, const struct seal_place *place,
	     struct bytes *ret_sealed)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(key, &der);

	if (len <= 0)
		return ERR_CRYPTO;
	enum err e = keyring_seal(keyring, arena, place, (struct bytes){ der, (size_t)len }, ret_sealed);
	OPENSSL_clear_free(der, (size_t)len);
	return e;
}

enum err
signing_key_make(const struct keyring *keyring, struct arena *arena, enum signing_alg alg,
		 const struct seal_place *place, const char **ret_public_jwk, struct bytes *ret_sealed)
{
	struct buffer jwk = buffer_new(arena);
	EVP_PKEY *key = make_pair(alg);
	enum err e = ERR_CRYPTO;

	if (key == NULL)
		return ERR_CRYPTO;
	buffer_printf(&jwk, "{\"kid\":\"%s\",\"use\":\"sig\",\"alg\":\"%s\"", place->row_id, signing_alg_names[alg]);
	if (add_numbers(&jwk, alg, key))
		e = seal_private(keyring, arena, key, place, ret_sealed);
	EVP_PKEY_free(key);
	if (e != OK)
		return e;
	buffer_char(&jwk, '}');
	*ret_public_jwk = buffer_string(&jwk);
	return OK;
}

/* ---- signing ---- */

/* RFC 7518 section 3.4: R and S side by side, where OpenSSL has DER. */
static bool
ecdsa_flatten(uint8_t *signature, size_t *len)
{
	const unsigned char *at = signature;
	ECDSA_SIG *parsed = d2i_ECDSA_SIG(NULL, &at, (long)*len);
	bool is_good = parsed != NULL &&
		       BN_bn2binpad(ECDSA_SIG_get0_r(parsed), signature, (int)P256_LEN) == (int)P256_LEN &&
		       BN_bn2binpad(ECDSA_SIG_get0_s(parsed), signature + P256_LEN, (int)P256_LEN) == (int)P256_LEN;

	ECDSA_SIG_free(parsed);
	*len = 2 * P256_LEN;
	return is_good;
}

static bool
finish(EVP_MD_CTX *context, enum signing_alg alg, const char *input, uint8_t ret_signature[SIGNATURE_MAX], size_t *ret_len)
{
	size_t len = SIGNATURE_MAX;
	bool is_good = EVP_DigestSign(context, ret_signature, &len, (const unsigned char *)input, strlen(input)) == 1 &&
		       (alg != SIGN_ES256 || ecdsa_flatten(ret_signature, &len));

	if (is_good)
		*ret_len = len;
	return is_good;
}

static const char *
encode_text(struct arena *arena, const char *text)
{
	return base64url_encode(arena, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

/* The names in a head are ours, so nothing in it needs an escape. */
static const char *
signing_input(struct arena *arena, enum signing_alg alg, const struct token_head *head, const char *claims)
{
	const char *header = arena_printf(arena, "{\"typ\":\"%s\",\"alg\":\"%s\",\"kid\":\"%s\"}", head->type,
					  signing_alg_names[alg], head->kid);

	return arena_printf(arena, "%s.%s", encode_text(arena, header), encode_text(arena, claims));
}

enum err
signing_key_sign(const struct keyring *keyring, struct arena *arena, enum signing_alg alg,
		 const struct seal_place *place, struct bytes sealed, const struct token_head *head,
		 const char *claims, const char **ret_token)
{
	const char *input = signing_input(arena, alg, head, claims);
	uint8_t signature[SIGNATURE_MAX];
	EVP_MD_CTX *context;
	size_t len = 0;

	TRY(keyring_begin_signature(keyring, arena, place, sealed, openssl_kinds[alg], &context));
	bool is_signed = finish(context, alg, input, signature, &len);
	EVP_MD_CTX_free(context);
	if (!is_signed)
		return ERR_CRYPTO;
	*ret_token =
	    arena_printf(arena, "%s.%s", input, base64url_encode(arena, (struct bytes){ signature, len }));
	return OK;
}

/*
 * JWS by OpenSSL: what is signed is exactly what was sent, and the key decides the algorithm, never the token.
 */
#include "lib/jose.h"

#include <string.h>

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/ec.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/secrets.h"

#define TOKEN_BYTES_MAX ((size_t)16 * 1024)
#define KEYS_MAX	100
#define KEPT_MAX	64
#define RSA_BITS_MIN	2048
#define RSA_BITS_MAX	8192
#define P256_LEN	((size_t)32)
#define CLOCKS_DIFFER_S INT64_C(60)
#define SUBJECT_MAX	255

const char *
json_text(const struct json *object, const char *name)
{
	const struct json *member = json_member(object, name);

	return member != NULL && member->type == JSON_STRING && member->string[0] != '\0' ? member->string : NULL;
}

/* ---- taking apart ---- */

static bool
parse_part(struct arena *arena, const char *text, size_t len, struct json *ret)
{
	struct bytes octets;

	return base64url_decode(arena, text, len, &octets) &&
	       json_parse_cut(arena, (const char *)octets.data, octets.len, ret) == OK && ret->type == JSON_OBJECT;
}

bool
jws_parse(struct arena *arena, const char *token, struct jws *ret)
{
	const char *first = strchr(token, '.');
	const char *second = first != NULL ? strchr(first + 1, '.') : NULL;
	struct json header, claims;
	struct bytes signature;

	if (second == NULL || strlen(token) > TOKEN_BYTES_MAX)
		return false;
	if (!parse_part(arena, token, (size_t)(first - token), &header) ||
	    !parse_part(arena, first + 1, (size_t)(second - first) - 1, &claims) ||
	    !base64url_decode(arena, second + 1, strlen(second + 1), &signature))
		return false;
	const char *alg = json_text(&header, "alg");
	if (alg == NULL || json_member(&header, "crit") != NULL)
		return false;
	*ret = (struct jws){
		.alg = alg,
		.kid = json_text(&header, "kid"),
		.type = json_text(&header, "typ"),
		.header = header,
		.claims = claims,
		.input = { (const uint8_t *)token, (size_t)(second - token) },
		.signature = signature,
	};
	return true;
}

bool
jws_brings_key(const struct jws *jws)
{
	static const char *const NAMES[] = { "jwk", "jku", "x5c", "x5u" };

	for (size_t i = 0; i < ARRAY_LEN(NAMES); i++)
		if (json_member(&jws->header, NAMES[i]) != NULL)
			return true;
	return false;
}

/* ---- keys ---- */

static EVP_PKEY *
key_of_parameters(const char *type, OSSL_PARAM_BLD *build)
{
	OSSL_PARAM *parameters = OSSL_PARAM_BLD_to_param(build);
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (parameters != NULL && context != NULL && EVP_PKEY_fromdata_init(context) == 1 &&
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, parameters) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(parameters);
	return key;
}

static bool
member_octets(struct arena *arena, const struct json *jwk, const char *name, struct bytes *ret)
{
	const char *text = json_text(jwk, name);

	return text != NULL && base64url_decode(arena, text, strlen(text), ret);
}

/* RFC 7518 section 6.3.1. */
static EVP_PKEY *
rsa_key(struct arena *arena, const struct json *jwk)
{
	struct bytes n, e;

	if (!member_octets(arena, jwk, "n", &n) || !member_octets(arena, jwk, "e", &e) || n.len > RSA_BITS_MAX / 8 ||
	    e.len > 8)
		return NULL;
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *modulus = BN_bin2bn(n.data, (int)n.len, NULL);
	BIGNUM *exponent = BN_bin2bn(e.data, (int)e.len, NULL);
	EVP_PKEY *key = NULL;
	if (build != NULL && modulus != NULL && exponent != NULL && BN_num_bits(modulus) >= RSA_BITS_MIN &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, modulus) == 1 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, exponent) == 1)
		key = key_of_parameters("RSA", build);
	BN_free(modulus);
	BN_free(exponent);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* RFC 7518 section 6.2.1; a point that isn't on the curve makes no key. */
static EVP_PKEY *
p256_key(struct arena *arena, const struct json *jwk)
{
	const char *curve = json_text(jwk, "crv");
	uint8_t point[1 + 2 * P256_LEN] = { POINT_CONVERSION_UNCOMPRESSED };
	struct bytes x, y;

	if (curve == NULL || strcmp(curve, "P-256") != 0 || !member_octets(arena, jwk, "x", &x) ||
	    !member_octets(arena, jwk, "y", &y) || x.len != P256_LEN || y.len != P256_LEN)
		return NULL;
	memcpy(point + 1, x.data, P256_LEN);
	memcpy(point + 1 + P256_LEN, y.data, P256_LEN);
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	EVP_PKEY *key = NULL;
	if (build != NULL &&
	    OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "prime256v1", 0) == 1 &&
	    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point, sizeof(point)) == 1)
		key = key_of_parameters("EC", build);
	OSSL_PARAM_BLD_free(build);
	return key;
}

/* RFC 8037 section 2. */
static EVP_PKEY *
ed25519_key(struct arena *arena, const struct json *jwk)
{
	const char *curve = json_text(jwk, "crv");
	struct bytes x;

	if (curve == NULL || strcmp(curve, "Ed25519") != 0 || !member_octets(arena, jwk, "x", &x))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.data, x.len);
}

/* RFC 7518 section 6.3.2 and 6.4.1: what only the owner of the key may know. */
static bool
tells_a_secret(const struct json *jwk)
{
	static const char *const SECRETS[] = { "d", "p", "q", "dp", "dq", "qi", "oth", "k" };

	for (size_t i = 0; i < ARRAY_LEN(SECRETS); i++)
		if (json_member(jwk, SECRETS[i]) != NULL)
			return true;
	return false;
}

bool
jwk_is_public(struct arena *arena, const struct json *jwk)
{
	const char *type = jwk->type == JSON_OBJECT ? json_text(jwk, "kty") : NULL;
	EVP_PKEY *key = NULL;

	if (type == NULL || tells_a_secret(jwk))
		return false;
	if (strcmp(type, "RSA") == 0)
		key = rsa_key(arena, jwk);
	else if (strcmp(type, "EC") == 0)
		key = p256_key(arena, jwk);
	else if (strcmp(type, "OKP") == 0)
		key = ed25519_key(arena, jwk);
	EVP_PKEY_free(key);
	return key != NULL;
}

static bool
agrees(const struct json *jwk, const char *name, const char *wanted)
{
	const struct json *member = json_member(jwk, name);

	return member == NULL || wanted == NULL ||
	       (member->type == JSON_STRING && strcmp(member->string, wanted) == 0);
}

/* The key, if it is of the algorithm's type. */
static EVP_PKEY *
key_of_alg(struct arena *arena, const char *alg, const struct json *jwk)
{
	const char *type = jwk->type == JSON_OBJECT ? json_text(jwk, "kty") : NULL;

	if (type == NULL)
		return NULL;
	if ((strcmp(alg, "RS256") == 0 || strcmp(alg, "PS256") == 0) && strcmp(type, "RSA") == 0)
		return rsa_key(arena, jwk);
	if (strcmp(alg, "ES256") == 0 && strcmp(type, "EC") == 0)
		return p256_key(arena, jwk);
	if (strcmp(alg, "EdDSA") == 0 && strcmp(type, "OKP") == 0)
		return ed25519_key(arena, jwk);
	return NULL;
}

/* NULL for a key that isn't meant for this token. */
static EVP_PKEY *
key_for(struct arena *arena, const struct jws *jws, const struct json *jwk)
{
	if (jwk->type != JSON_OBJECT || !agrees(jwk, "use", "sig") || !agrees(jwk, "alg", jws->alg) ||
	    !agrees(jwk, "kid", jws->kid))
		return NULL;
	return key_of_alg(arena, jws->alg, jwk);
}

const char *
jwk_thumbprint(struct arena *arena, const struct json *jwk)
{
	const char *type = jwk_is_public(arena, jwk) ? json_text(jwk, "kty") : NULL;
	const char *text;

	if (type == NULL)
		return NULL;
	if (strcmp(type, "RSA") == 0)
		text = arena_printf(arena, "{\"e\":\"%s\",\"kty\":\"RSA\",\"n\":\"%s\"}", json_text(jwk, "e"), json_text(jwk, "n"));
	else if (strcmp(type, "EC") == 0)
		text = arena_printf(arena, "{\"crv\":\"P-256\",\"kty\":\"EC\",\"x\":\"%s\",\"y\":\"%s\"}", json_text(jwk, "x"),
				    json_text(jwk, "y"));
	else
		text = arena_printf(arena, "{\"crv\":\"Ed25519\",\"kty\":\"OKP\",\"x\":\"%s\"}", json_text(jwk, "x"));
	return base64url_encode(arena, sha256_bytes(arena, text, strlen(text)));
}

/* ---- signatures ---- */

/* RFC 7518 section 3.4: R and S side by side; OpenSSL wants them as DER. */
static bool
der_of(struct arena *arena, struct bytes raw, struct bytes *ret)
{
	ECDSA_SIG *signature = ECDSA_SIG_new();
	BIGNUM *r = BN_bin2bn(raw.data, (int)P256_LEN, NULL);
	BIGNUM *s = BN_bin2bn(raw.data + P256_LEN, (int)P256_LEN, NULL);
	unsigned char *der = NULL;

	if (signature == NULL || r == NULL || s == NULL || ECDSA_SIG_set0(signature, r, s) != 1) {
		BN_free(r);
		BN_free(s);
		ECDSA_SIG_free(signature);
		return false;
	}
	int len = i2d_ECDSA_SIG(signature, &der);
	ECDSA_SIG_free(signature);
	if (len <= 0)
		return false;
	*ret = (struct bytes){ arena_copy(arena, der, (size_t)len), (size_t)len };
	OPENSSL_free(der);
	return true;
}

/* RFC 7518 section 3.5: the salt is as long as the hash. NULL when OpenSSL doesn't take the key for it. */
static EVP_MD_CTX *
begin_verify(const char *alg, EVP_PKEY *key)
{
	const char *hash = strcmp(alg, "EdDSA") == 0 ? NULL : "SHA256";
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	EVP_PKEY_CTX *padding = NULL;

	if (context != NULL && EVP_DigestVerifyInit_ex(context, &padding, hash, NULL, NULL, key, NULL) == 1 &&
	    (strcmp(alg, "PS256") != 0 || (EVP_PKEY_CTX_set_rsa_padding(padding, RSA_PKCS1_PSS_PADDING) == 1 &&
					   EVP_PKEY_CTX_set_rsa_pss_saltlen(padding, RSA_PSS_SALTLEN_DIGEST) == 1)))
		return context;
	EVP_MD_CTX_free(context);
	return NULL;
}

/* Frees the context, which begin_verify() began. */
static bool
finish_verify(struct arena *arena, const struct jws *jws, EVP_MD_CTX *context)
{
	struct bytes signature = jws->signature;
	bool has_form = strcmp(jws->alg, "ES256") != 0 ||
			(signature.len == 2 * P256_LEN && der_of(arena, jws->signature, &signature));
	bool is_good =
	    has_form && EVP_DigestVerify(context, signature.data, signature.len, jws->input.data, jws->input.len) == 1;

	EVP_MD_CTX_free(context);
	return is_good;
}

static bool
is_signed_by(struct arena *arena, const struct jws *jws, EVP_PKEY *key)
{
	EVP_MD_CTX *context = begin_verify(jws->alg, key);

	return context != NULL && finish_verify(arena, jws, context);
}

bool
jws_verify_with(struct arena *arena, const struct jws *jws, const struct json *jwk)
{
	EVP_PKEY *key = key_of_alg(arena, jws->alg, jwk);
	bool is_good = key != NULL && is_signed_by(arena, jws, key);

	EVP_PKEY_free(key);
	return is_good;
}

bool
jws_verify(struct arena *arena, const struct jws *jws, const struct json *keys)
{
	const struct json *list = keys->type == JSON_OBJECT ? json_member(keys, "keys") : NULL;
	bool is_good = false;

	if (list == NULL || list->type != JSON_ARRAY || jws_brings_key(jws))
		return false;
	for (size_t i = 0; i < list->count && i < KEYS_MAX && !is_good; i++) {
		EVP_PKEY *key = key_for(arena, jws, &list->items[i]);
		is_good = key != NULL && is_signed_by(arena, jws, key);
		EVP_PKEY_free(key);
	}
	return is_good;
}

/* ---- keys kept open ---- */

/* Opening a key costs more than a signature. They are public and made from nothing but what the digest is of, so any token may use them. */
static struct {
	uint8_t digest[32];
	EVP_MD_CTX *begun; /* NULL: nothing is kept here */
} kept[KEPT_MAX];

/* A verification begun with the key, if it is meant for this token. Owned by the table. */
static const EVP_MD_CTX *
kept_verify(struct arena *arena, const struct jws *jws, const char *public_jwk)
{
	const char *source = arena_printf(arena, "%s\n%s\n%s", jws->alg, jws->kid != NULL ? jws->kid : "", public_jwk);
	struct bytes digest = sha256_bytes(arena, source, strlen(source));
	size_t place = digest.data[0] % KEPT_MAX;
	struct json jwk;

	if (kept[place].begun != NULL && CRYPTO_memcmp(kept[place].digest, digest.data, digest.len) == 0)
		return kept[place].begun;
	if (json_parse(arena, public_jwk, strlen(public_jwk), &jwk, NULL) != OK)
		return NULL;
	EVP_PKEY *key = key_for(arena, jws, &jwk);
	EVP_MD_CTX *begun = key != NULL ? begin_verify(jws->alg, key) : NULL;
	EVP_PKEY_free(key);
	if (begun == NULL)
		return NULL;
	EVP_MD_CTX_free(kept[place].begun);
	kept[place].begun = begun;
	memcpy(kept[place].digest, digest.data, digest.len);
	return begun;
}

bool
jws_is_signed_with(struct arena *arena, const struct jws *jws, const char *public_jwk)
{
	const EVP_MD_CTX *begun = jws_brings_key(jws) ? NULL : kept_verify(arena, jws, public_jwk);
	EVP_MD_CTX *context = begun != NULL ? EVP_MD_CTX_new() : NULL;

	if (context != NULL && EVP_MD_CTX_copy_ex(context, begun) == 1)
		return finish_verify(arena, jws, context);
	EVP_MD_CTX_free(context);
	return false;
}

/* ---- making one ---- */

static EVP_PKEY *
read_pem(const char *pem)
{
	BIO *text = BIO_new_mem_buf(pem, -1);
	char group[32] = "";
	EVP_PKEY *key = text != NULL ? PEM_read_bio_PrivateKey(text, NULL, NULL, NULL) : NULL;

	BIO_free(text);
	if (key != NULL && EVP_PKEY_get_utf8_string_param(key, OSSL_PKEY_PARAM_GROUP_NAME, group, sizeof(group), NULL) == 1 &&
	    strcmp(group, "prime256v1") == 0)
		return key;
	EVP_PKEY_free(key);
	return NULL;
}

static bool
raw_of(const unsigned char *der, size_t len, uint8_t ret_raw[2 * P256_LEN])
{
	ECDSA_SIG *signature = d2i_ECDSA_SIG(NULL, &der, (long)len);
	bool is_good = signature != NULL &&
		       BN_bn2binpad(ECDSA_SIG_get0_r(signature), ret_raw, (int)P256_LEN) == (int)P256_LEN &&
		       BN_bn2binpad(ECDSA_SIG_get0_s(signature), ret_raw + P256_LEN, (int)P256_LEN) == (int)P256_LEN;

	ECDSA_SIG_free(signature);
	return is_good;
}

static const char *
part(struct arena *arena, const char *text)
{
	return base64url_encode(arena, (struct bytes){ (const uint8_t *)text, strlen(text) });
}

bool
jws_sign_es256(struct arena *arena, const char *pem, const char *header, const char *claims, const char **ret_token)
{
	const char *input = arena_printf(arena, "%s.%s", part(arena, header), part(arena, claims));
	EVP_PKEY *key = read_pem(pem);
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	unsigned char der[128];
	size_t len = sizeof(der);
	uint8_t raw[2 * P256_LEN];

	bool is_good = key != NULL && context != NULL &&
		       EVP_DigestSignInit_ex(context, NULL, "SHA256", NULL, NULL, key, NULL) == 1 &&
		       EVP_DigestSign(context, der, &len, (const unsigned char *)input, strlen(input)) == 1 &&
		       raw_of(der, len, raw);
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	if (is_good)
		*ret_token = arena_printf(arena, "%s.%s", input,
					  base64url_encode(arena, (struct bytes){ raw, sizeof(raw) }));
	return is_good;
}

/* ---- what an ID token says ---- */

static const char *
expected_issuer(struct arena *arena, const struct json *claims, const char *issuer)
{
	static const char PLACE[] = "{tenantid}";
	const char *at = strstr(issuer, PLACE);
	const char *tenant = json_text(claims, "tid");

	if (at == NULL)
		return issuer;
	if (tenant == NULL || strspn(tenant, "0123456789abcdef-") != strlen(tenant))
		return NULL;
	return arena_printf(arena, "%.*s%s%s", (int)(at - issuer), issuer, tenant, at + sizeof(PLACE) - 1);
}

static bool
is_for(const struct json *audience, const char *client_id)
{
	if (audience == NULL)
		return false;
	if (audience->type == JSON_STRING)
		return strcmp(audience->string, client_id) == 0;
	if (audience->type != JSON_ARRAY)
		return false;
	for (size_t i = 0; i < audience->count; i++)
		if (audience->items[i].type == JSON_STRING && strcmp(audience->items[i].string, client_id) == 0)
			return true;
	return false;
}

/* Within what milliseconds can hold: the parser takes no larger number. */
bool
jws_time(const struct json *claims, const char *name, int64_t *ret_s)
{
	const struct json *member = json_member(claims, name);

	if (member == NULL || member->type != JSON_INT || member->integer < 0)
		return false;
	*ret_s = member->integer;
	return true;
}

static bool
is_equal(const char *a, const char *b)
{
	return a != NULL && b != NULL && strlen(a) == strlen(b) && secret_equal(a, b, strlen(b));
}

const char *
id_token_problem(struct arena *arena, const struct json *claims, const struct id_token_expected *expected)
{
	const struct json *audience = json_member(claims, "aud");
	const struct json *authorized = json_member(claims, "azp");
	const char *subject = json_text(claims, "sub");
	int64_t now_s = expected->now_ms / SECOND_MS;
	int64_t expires_s, issued_s;

	if (!is_equal(json_text(claims, "iss"), expected_issuer(arena, claims, expected->issuer)))
		return "iss";
	if (!is_for(audience, expected->client_id))
		return "aud";
	/* Core 3.1.3.7 numbers 4 and 5: a token for several parties says which of them asked. */
	bool has_others = audience->type == JSON_ARRAY && audience->count > 1;
	if (authorized == NULL ? has_others : !is_equal(json_text(claims, "azp"), expected->client_id))
		return "azp";
	if (!jws_time(claims, "exp", &expires_s) || expires_s <= now_s - CLOCKS_DIFFER_S)
		return "exp";
	if (!jws_time(claims, "iat", &issued_s) || issued_s > now_s + CLOCKS_DIFFER_S)
		return "iat";
	if (expected->nonce != NULL && !is_equal(json_text(claims, "nonce"), expected->nonce))
		return "nonce";
	if (subject == NULL || strlen(subject) > SUBJECT_MAX)
		return "sub";
	return NULL;
}

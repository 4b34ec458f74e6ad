/*
 * Handing COSE keys to OpenSSL.
 */
#include "lib/cose.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

/* Labels of RFC 9052 section 7.1 and RFC 9053 section 7; the same numbers mean other things for RSA
 * (RFC 8230 section 4). */
#define LABEL_KTY 1
#define LABEL_ALG 3
#define LABEL_CRV (-1)
#define LABEL_X   (-2)
#define LABEL_Y   (-3)
#define LABEL_N   (-1)
#define LABEL_E   (-2)

#define KTY_OKP     1
#define KTY_EC2     2
#define KTY_RSA     3
#define CRV_P256    1
#define CRV_ED25519 6

#define COORDINATE_LEN   32
#define RSA_LEN_MIN      256
#define RSA_LEN_MAX      512
#define EXPONENT_LEN_MAX 4

static bool
is_int(const struct cbor_tree *tree, int64_t label, int64_t value)
{
	const struct cbor_node *node = cbor_tree_labelled(tree, label);

	return node != NULL && node->kind == NODE_INT && node->integer == value;
}

static bool
take_octets(const struct cbor_tree *tree, int64_t label, size_t min, size_t max,
	    struct bytes *ret_octets)
{
	const struct cbor_node *node = cbor_tree_labelled(tree, label);

	if (node == NULL || node->kind != NODE_BYTES || node->octets.len < min ||
	    node->octets.len > max)
		return false;
	*ret_octets = node->octets;
	return true;
}

/* NULL when OpenSSL doesn't take it (a point beside the curve, an even exponent …). Frees params.
 */
static EVP_PKEY *
make_key(const char *type, OSSL_PARAM *params)
{
	EVP_PKEY_CTX *context = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);
	EVP_PKEY *key = NULL;

	if (context == NULL || params == NULL || EVP_PKEY_fromdata_init(context) != 1 ||
	    EVP_PKEY_fromdata(context, &key, EVP_PKEY_PUBLIC_KEY, params) != 1)
		key = NULL;
	EVP_PKEY_CTX_free(context);
	OSSL_PARAM_free(params);
	return key;
}

static EVP_PKEY *
p256_key(const struct cbor_tree *tree)
{
	uint8_t point[1 + 2 * COORDINATE_LEN] = {POINT_CONVERSION_UNCOMPRESSED};
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	OSSL_PARAM *params = NULL;
	struct bytes x, y;

	if (build != NULL && is_int(tree, LABEL_KTY, KTY_EC2) &&
	    is_int(tree, LABEL_CRV, CRV_P256) &&
	    take_octets(tree, LABEL_X, COORDINATE_LEN, COORDINATE_LEN, &x) &&
	    take_octets(tree, LABEL_Y, COORDINATE_LEN, COORDINATE_LEN, &y)) {
		memcpy(point + 1, x.data, COORDINATE_LEN);
		memcpy(point + 1 + COORDINATE_LEN, y.data, COORDINATE_LEN);
		if (OSSL_PARAM_BLD_push_utf8_string(build, OSSL_PKEY_PARAM_GROUP_NAME, "P-256",
						    0) &&
		    OSSL_PARAM_BLD_push_octet_string(build, OSSL_PKEY_PARAM_PUB_KEY, point,
						     sizeof(point)))
			params = OSSL_PARAM_BLD_to_param(build);
	}
	OSSL_PARAM_BLD_free(build);
	return make_key("EC", params);
}

static EVP_PKEY *
ed25519_key(const struct cbor_tree *tree)
{
	struct bytes x;

	if (!is_int(tree, LABEL_KTY, KTY_OKP) || !is_int(tree, LABEL_CRV, CRV_ED25519) ||
	    !take_octets(tree, LABEL_X, COORDINATE_LEN, COORDINATE_LEN, &x))
		return NULL;
	return EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, NULL, x.data, x.len);
}

/* The numbers live until OSSL_PARAM_BLD_to_param() has copied them. */
static OSSL_PARAM *
rsa_params(struct bytes modulus, struct bytes exponent)
{
	OSSL_PARAM_BLD *build = OSSL_PARAM_BLD_new();
	BIGNUM *n = BN_bin2bn(modulus.data, (int)modulus.len, NULL);
	BIGNUM *e = BN_bin2bn(exponent.data, (int)exponent.len, NULL);
	OSSL_PARAM *params = NULL;

	if (build != NULL && n != NULL && e != NULL && BN_is_odd(n) && BN_is_odd(e) &&
	    !BN_is_one(e) && BN_num_bits(n) >= RSA_LEN_MIN * 8 &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_N, n) &&
	    OSSL_PARAM_BLD_push_BN(build, OSSL_PKEY_PARAM_RSA_E, e))
		params = OSSL_PARAM_BLD_to_param(build);
	OSSL_PARAM_BLD_free(build);
	BN_free(n);
	BN_free(e);
	return params;
}

static EVP_PKEY *
rsa_key(const struct cbor_tree *tree)
{
	struct bytes n, e;

	if (!is_int(tree, LABEL_KTY, KTY_RSA) ||
	    !take_octets(tree, LABEL_N, RSA_LEN_MIN, RSA_LEN_MAX, &n) ||
	    !take_octets(tree, LABEL_E, 1, EXPONENT_LEN_MAX, &e))
		return NULL;
	return make_key("RSA", rsa_params(n, e));
}

static const struct {
	int64_t algorithm;
	EVP_PKEY *(*make)(const struct cbor_tree *);
	const char *digest; /* NULL: the algorithm has its own */
} algorithms[] = {
    {COSE_ES256, p256_key, "SHA256"},
    {COSE_EDDSA, ed25519_key, NULL},
    {COSE_RS256, rsa_key, "SHA256"},
};

/* NULL, or a key that the caller frees. */
static EVP_PKEY *
read_key(const struct cbor_tree *tree, const char **ret_digest)
{
	for (size_t i = 0; i < ARRAY_LEN(algorithms); i++) {
		if (!is_int(tree, LABEL_ALG, algorithms[i].algorithm))
			continue;
		*ret_digest = algorithms[i].digest;
		return algorithms[i].make(tree);
	}
	return NULL;
}

bool
cose_key_is_usable(const struct cbor_tree *tree)
{
	const char *digest;
	EVP_PKEY *key = tree->len <= COSE_KEY_BYTES_MAX ? read_key(tree, &digest) : NULL;

	EVP_PKEY_free(key);
	return key != NULL;
}

static bool
verify(EVP_PKEY *key, const char *digest, struct bytes message, struct bytes signature)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	bool is_right =
	    context != NULL && key != NULL &&
	    EVP_DigestVerifyInit_ex(context, NULL, digest, NULL, NULL, key, NULL) == 1 &&
	    EVP_DigestVerify(context, signature.data, signature.len, message.data, message.len) ==
		1;

	EVP_MD_CTX_free(context);
	return is_right;
}

bool
cose_verify(struct bytes octets, struct bytes message, struct bytes signature)
{
	const char *digest = NULL;
	struct cbor_tree tree;

	if (!cbor_tree_read(octets, &tree) || tree.len != octets.len)
		return false;
	EVP_PKEY *key = read_key(&tree, &digest);
	bool is_right = verify(key, digest, message, signature);
	EVP_PKEY_free(key);
	return is_right;
}

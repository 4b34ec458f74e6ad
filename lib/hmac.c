/*
 * One context for the process, which has found its algorithms; each use gives it a key of its own.
 */
#include "lib/hmac.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>

static EVP_MAC_CTX *
make_context(void)
{
	EVP_MAC *algorithm = EVP_MAC_fetch(NULL, OSSL_MAC_NAME_HMAC, NULL);
	EVP_MAC_CTX *context = algorithm == NULL ? NULL : EVP_MAC_CTX_new(algorithm);
	char digest[] = "SHA256";
	OSSL_PARAM params[] = { OSSL_PARAM_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, sizeof(digest) - 1), OSSL_PARAM_END };

	EVP_MAC_free(algorithm);	/* the context holds it */
	if (context != NULL && EVP_MAC_CTX_set_params(context, params) == 1)
		return context;
	EVP_MAC_CTX_free(context);
	return NULL;
}

enum err
hmac_sha256(struct bytes key, struct bytes data, uint8_t ret_mac[HMAC_SHA256_LEN])
{
	static EVP_MAC_CTX *context;
	uint8_t mac[HMAC_SHA256_LEN];
	size_t len = 0;

	if (context == NULL)
		context = make_context();
	if (context == NULL || EVP_MAC_init(context, key.data, key.len, NULL) != 1 || EVP_MAC_update(context, data.data, data.len) != 1 ||
	    EVP_MAC_final(context, mac, &len, sizeof(mac)) != 1 || len != sizeof(mac))
		return ERR_CRYPTO;
	memcpy(ret_mac, mac, sizeof(mac));
	OPENSSL_cleanse(mac, sizeof(mac));
	return OK;
}

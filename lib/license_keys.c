/*
 * Making, proving and digesting license keys.
 */
#include "lib/license_keys.h"

#include <string.h>

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>

#include "lib/hmac.h"
#include "lib/symbols.h"

#define GROUP 4

/* Σ i·vᵢ mod 31 over the first `count` symbols, i from 1; SYMBOL_COUNT when one of them isn't a symbol. */
static size_t
weighted_sum(const char *key, size_t count)
{
	size_t sum = 0;

	for (size_t i = 0; i < count; i++) {
		size_t value = symbol_value(key[i]);
		if (value == SYMBOL_COUNT)
			return SYMBOL_COUNT;
		sum += (i + 1) * value;
	}
	return sum % SYMBOL_COUNT;
}

enum err
license_key_make(struct arena *arena, const char **ret_key)
{
	char *key = arena_alloc(arena, LICENSE_KEY_LEN + 1);

	arena_wipe_later(arena, key, LICENSE_KEY_LEN);
	TRY(symbols_draw(LICENSE_KEY_LEN - 1, key));
	/* 16·v must be what is missing to 0 mod 31, and 2 is the inverse of 16 there. */
	size_t missing = SYMBOL_COUNT - weighted_sum(key, LICENSE_KEY_LEN - 1);
	key[LICENSE_KEY_LEN - 1] = SYMBOLS[2 * missing % SYMBOL_COUNT];
	*ret_key = key;
	return OK;
}

const char *
license_key_normalise(struct arena *arena, const char *typed)
{
	size_t len = strlen(typed), kept = 0;
	char *key = arena_alloc(arena, len + 1);

	arena_wipe_later(arena, key, len);
	for (const char *c = typed; *c != '\0'; c++)
		if (*c != ' ' && *c != '-')
			key[kept++] = *c >= 'a' && *c <= 'z' ? (char)(*c - 'a' + 'A') : *c;
	return key;
}

bool
license_key_is_made(const char *key)
{
	return strlen(key) == LICENSE_KEY_LEN && weighted_sum(key, LICENSE_KEY_LEN) == 0;
}

bool
license_key_is_custom(const char *key)
{
	size_t len = strspn(key, "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789");

	return key[len] == '\0' && len >= CUSTOM_KEY_MIN && len <= CUSTOM_KEY_MAX;
}

const char *
license_key_written(struct arena *arena, const char *key)
{
	if (!license_key_is_made(key))
		return key;
	char *written = arena_printf(arena, "%.4s-%.4s-%.4s-%.4s", key, key + GROUP, key + 2 * GROUP, key + 3 * GROUP);
	arena_wipe_later(arena, written, strlen(written));
	return written;
}

const char *
license_key_first4(struct arena *arena, const char *key)
{
	return arena_strndup(arena, key, strlen(key) < LICENSE_KEY_LEN ? 0 : LICENSE_HINT_PART);
}

const char *
license_key_last4(struct arena *arena, const char *key)
{
	size_t len = strlen(key);

	return arena_strdup(arena, len < LICENSE_HINT_PART ? key : key + len - LICENSE_HINT_PART);
}

const char *
license_key_hint(struct arena *arena, const char *first4, const char *last4)
{
	return arena_printf(arena, "%s-****-****-%s", first4[0] == '\0' ? "****" : first4, last4);
}

/* ---- digests ---- */

static enum err
derive(struct bytes secret, const char *info, uint8_t ret_key[LICENSE_DIGEST_LEN])
{
	EVP_KDF *kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	EVP_KDF_CTX *context = kdf == NULL ? NULL : EVP_KDF_CTX_new(kdf);
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST, (char *)(uintptr_t) "SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY, (void *)(uintptr_t)secret.data, secret.len),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)info, strlen(info)),
		OSSL_PARAM_construct_end(),
	};
	int status = context == NULL ? 0 : EVP_KDF_derive(context, ret_key, LICENSE_DIGEST_LEN, params);

	EVP_KDF_CTX_free(context);
	EVP_KDF_free(kdf);
	return status == 1 ? OK : ERR_CRYPTO;
}

enum err
license_secrets_derive(struct arena *arena, struct bytes secret, const struct license_secrets **ret)
{
	struct license_secrets *secrets = ARENA_NEW(arena, struct license_secrets);

	arena_wipe_later(arena, secrets, sizeof(*secrets));
	if (secret.len != LICENSE_SECRET_LEN)
		return ERR_CRYPTO;
	TRY(derive(secret, "gatehouse/license-key/v1", secrets->key));
	TRY(derive(secret, "gatehouse/fingerprint/v1", secrets->fingerprint));
	*ret = secrets;
	return OK;
}

enum err
license_key_digest(const struct license_secrets *secrets, const char *key, uint8_t ret_digest[LICENSE_DIGEST_LEN])
{
	return hmac_sha256((struct bytes){ secrets->key, sizeof(secrets->key) }, (struct bytes){ (const uint8_t *)key, strlen(key) }, ret_digest);
}

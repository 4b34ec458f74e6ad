/*
 * Payloads of license answers, and their signatures by OpenSSL.
 */
#include "lib/license_answers.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/x509.h>

#include "lib/buffer.h"
#include "lib/encode.h"

#define SIGNATURE_LEN 64

const char *const license_code_names[] = {
	[LICENSE_NOT_FOUND] = "not_found",
	[LICENSE_PROJECT_DISABLED] = "project_disabled",
	[LICENSE_REVOKED] = "revoked",
	[LICENSE_SUSPENDED] = "suspended",
	[LICENSE_EXPIRED] = "expired",
	[LICENSE_IP_MISMATCH] = "ip_mismatch",
	[LICENSE_NOT_ACTIVATED] = "not_activated",
	[LICENSE_RELEASE_LIMIT] = "release_limit",
	[LICENSE_ACTIVATION_LIMIT] = "activation_limit",
	[LICENSE_RELEASED] = "released",
	[LICENSE_IN_GRACE] = "in_grace",
	[LICENSE_VALID] = "valid",
	[LICENSE_CODE_COUNT] = NULL,
};

bool
license_code_is_valid(enum license_code code)
{
	return code == LICENSE_VALID || code == LICENSE_IN_GRACE;
}

/* ---- payload ---- */

static void
add_text(struct buffer *payload, const char *name, const char *text)
{
	buffer_printf(payload, ",\"%s\":", name);
	buffer_json_string(payload, text);
}

static void
add_time(struct buffer *payload, const char *name, int64_t at_ms)
{
	buffer_printf(payload, ",\"%s\":", name);
	buffer_json_time(payload, at_ms);
}

int64_t
license_time_left_s(const struct license_answer *answer)
{
	if (answer->expires_at == NONE)
		return NONE;
	return answer->expires_at > answer->signed_at ? (answer->expires_at - answer->signed_at) / SECOND_MS : 0;
}

const char *
license_payload(struct arena *arena, const struct license_answer *answer)
{
	struct buffer payload = buffer_new(arena);

	buffer_text(&payload, "{\"v\":1,\"valid\":");
	buffer_json_bool(&payload, license_code_is_valid(answer->code));
	add_text(&payload, "code", license_code_names[answer->code]);
	add_text(&payload, "client_id", answer->client_id);
	add_text(&payload, "environment", answer->environment);
	add_text(&payload, "license_id", answer->license_id);
	add_text(&payload, "activation_id", answer->activation_id);
	add_text(&payload, "product_name", answer->product_name);
	add_text(&payload, "status", answer->status);
	add_time(&payload, "expires_at", answer->expires_at);
	buffer_text(&payload, ",\"time_left\":");
	buffer_json_int(&payload, license_time_left_s(answer));
	add_time(&payload, "grace_until", answer->grace_until);
	add_time(&payload, "valid_until", answer->valid_until);
	add_time(&payload, "heartbeat_before", answer->heartbeat_before);
	buffer_printf(&payload, ",\"features\":%s", answer->features == NULL ? "null" : answer->features);
	add_text(&payload, "nonce", answer->nonce);
	add_text(&payload, "request_hash", answer->request_hash);
	add_time(&payload, "signed_at", answer->signed_at);
	buffer_char(&payload, '}');
	return buffer_string(&payload);
}

/* ---- keys and signatures ---- */

static enum err
seal_private(const struct keyring *keyring, struct arena *arena, const EVP_PKEY *pair, const struct seal_place *place,
	     struct bytes *ret_sealed)
{
	unsigned char *der = NULL;
	int len = i2d_PrivateKey(pair, &der);

	if (len <= 0)
		return ERR_CRYPTO;
	enum err e = keyring_seal(keyring, arena, place, (struct bytes){ der, (size_t)len }, ret_sealed);
	OPENSSL_clear_free(der, (size_t)len);
	return e;
}

enum err
license_signing_key_make(const struct keyring *keyring, struct arena *arena, const struct seal_place *place,
			 uint8_t ret_public[LICENSE_PUBLIC_KEY_LEN], struct bytes *ret_sealed)
{
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	size_t len = LICENSE_PUBLIC_KEY_LEN;
	bool is_made = pair != NULL && EVP_PKEY_get_raw_public_key(pair, ret_public, &len) == 1 && len == LICENSE_PUBLIC_KEY_LEN;

	enum err e = is_made ? seal_private(keyring, arena, pair, place, ret_sealed) : ERR_CRYPTO;
	EVP_PKEY_free(pair);
	return e;
}

/* Frees the context. */
static enum err
finish(struct arena *arena, EVP_MD_CTX *context, const char *format, const char *kid, const char *payload, const char **ret_signature)
{
	const char *text = arena_printf(arena, "%s\n%s\n%s", format, kid, payload);
	uint8_t signature[SIGNATURE_LEN];
	size_t len = sizeof(signature);

	bool is_signed = EVP_DigestSign(context, signature, &len, (const uint8_t *)text, strlen(text)) == 1 && len == sizeof(signature);
	EVP_MD_CTX_free(context);
	if (!is_signed)
		return ERR_CRYPTO;
	*ret_signature = base64_encode(arena, (struct bytes){ signature, len });
	return OK;
}

enum err
license_sign_with(struct arena *arena, struct bytes private_key, const char *format, const char *kid, const char *payload,
		  const char **ret_signature)
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key.data, private_key.len);
	EVP_MD_CTX *context = key != NULL ? EVP_MD_CTX_new() : NULL;
	bool is_begun = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1;

	EVP_PKEY_free(key);
	if (is_begun)
		return finish(arena, context, format, kid, payload, ret_signature);
	EVP_MD_CTX_free(context);
	return ERR_CRYPTO;
}

enum err
license_sign(const struct keyring *keyring, struct arena *arena, const struct seal_place *place, struct bytes sealed,
	     const char *format, const char *kid, const char *payload, const char **ret_signature)
{
	EVP_MD_CTX *context;

	TRY(keyring_begin_signature(keyring, arena, place, sealed, "ED25519", &context));
	return finish(arena, context, format, kid, payload, ret_signature);
}

/*
 * Payloads of license answers, and their signatures by OpenSSL.
 */
#include "lib/license_answers.h"

#include <string.h>

#include <openssl/evp.h>

#include "lib/buffer.h"
#include "lib/encode.h"

#define PRIVATE_KEY_LEN 32
#define SIGNATURE_LEN	64

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
take_raw(const EVP_PKEY *pair, uint8_t private_key[PRIVATE_KEY_LEN], uint8_t public_key[LICENSE_PUBLIC_KEY_LEN])
{
	size_t private_len = PRIVATE_KEY_LEN, public_len = LICENSE_PUBLIC_KEY_LEN;

	if (EVP_PKEY_get_raw_private_key(pair, private_key, &private_len) != 1 || private_len != PRIVATE_KEY_LEN ||
	    EVP_PKEY_get_raw_public_key(pair, public_key, &public_len) != 1 || public_len != LICENSE_PUBLIC_KEY_LEN)
		return ERR_CRYPTO;
	return OK;
}

enum err
license_signing_key_make(const struct keyring *keyring, struct arena *arena, const struct seal_place *place,
			 uint8_t ret_public[LICENSE_PUBLIC_KEY_LEN], struct bytes *ret_sealed)
{
	uint8_t *private_key = arena_alloc(arena, PRIVATE_KEY_LEN);
	EVP_PKEY *pair = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");

	arena_wipe_later(arena, private_key, PRIVATE_KEY_LEN);
	enum err e = pair == NULL ? ERR_CRYPTO : take_raw(pair, private_key, ret_public);
	EVP_PKEY_free(pair);
	TRY(e);
	return keyring_seal(keyring, arena, place, (struct bytes){ private_key, PRIVATE_KEY_LEN }, ret_sealed);
}

static bool
sign(struct bytes private_key, const char *text, uint8_t ret_signature[SIGNATURE_LEN])
{
	EVP_PKEY *key = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, private_key.data, private_key.len);
	EVP_MD_CTX *context = key == NULL ? NULL : EVP_MD_CTX_new();
	size_t len = SIGNATURE_LEN;

	bool is_signed = context != NULL && EVP_DigestSignInit(context, NULL, NULL, NULL, key) == 1 &&
			 EVP_DigestSign(context, ret_signature, &len, (const uint8_t *)text, strlen(text)) == 1 &&
			 len == SIGNATURE_LEN;
	EVP_MD_CTX_free(context);
	EVP_PKEY_free(key);
	return is_signed;
}

enum err
license_sign_with(struct arena *arena, struct bytes private_key, const char *format, const char *kid, const char *payload,
		  const char **ret_signature)
{
	uint8_t signature[SIGNATURE_LEN];
	const char *text = arena_printf(arena, "%s\n%s\n%s", format, kid, payload);

	if (!sign(private_key, text, signature))
		return ERR_CRYPTO;
	*ret_signature = base64_encode(arena, (struct bytes){ signature, sizeof(signature) });
	return OK;
}

enum err
license_sign(const struct keyring *keyring, struct arena *arena, const struct seal_place *place, struct bytes sealed,
	     const char *format, const char *kid, const char *payload, const char **ret_signature)
{
	struct bytes private_key;

	TRY(keyring_open(keyring, arena, place, sealed, &private_key));
	return license_sign_with(arena, private_key, format, kid, payload, ret_signature);
}

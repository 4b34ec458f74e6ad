/*
 * Making and recognising secrets.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#include "lib/encode.h"
#include "lib/secrets.h"

#define BODY_LEN      32
#define CHECKSUM_LEN  6
#define COOKIE_OCTETS 32

static const char base62[] = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static const char *const prefixes[SECRET_COUNT] = {
	[SECRET_PERSONAL_TOKEN] = "gpat_",   [SECRET_SERVICE_LIVE] = "gsk_live_",
	[SECRET_SERVICE_TEST] = "gsk_test_", [SECRET_CLIENT] = "sec_",
	[SECRET_INVITATION] = "ginv_",       [SECRET_SETUP] = "gset_",
	[SECRET_MAIL_LINK] = "mlt_",         [SECRET_REFRESH_TOKEN] = "rt_",
	[SECRET_INITIAL_TOKEN] = "dcr_",
	[SECRET_ACCESS_TOKEN] = "gat_",
};

const char *
secret_prefix(enum secret_kind kind)
{
	return prefixes[kind];
}

/* Octets of 248 and above are thrown away: 256 isn't a multiple of 62. */
static enum err
add_random_digits(char *to)
{
	uint8_t octets[BODY_LEN * 2];
	size_t count = 0;

	while (count < BODY_LEN) {
		if (RAND_priv_bytes(octets, sizeof(octets)) != 1)
			return ERR_CRYPTO;
		for (size_t i = 0; i < sizeof(octets) && count < BODY_LEN; i++) {
			if (octets[i] < 248)
				to[count++] = base62[octets[i] % 62];
		}
	}
	OPENSSL_cleanse(octets, sizeof(octets));
	return OK;
}

static void
put_checksum(const char *text, size_t len, char *to)
{
	uint32_t checksum = crc32_of(text, len);

	for (int i = CHECKSUM_LEN - 1; i >= 0; i--) {
		to[i] = base62[checksum % 62];
		checksum /= 62;
	}
}

enum err
secret_make(struct arena *arena, enum secret_kind kind, struct secret *ret_secret)
{
	struct secret secret = { 0 };
	size_t prefix_len = strlen(prefixes[kind]);
	size_t len = prefix_len + BODY_LEN + CHECKSUM_LEN;
	char *text = arena_alloc(arena, len + 1);

	arena_wipe_later(arena, text, len);
	memcpy(text, prefixes[kind], prefix_len);
	TRY(add_random_digits(text + prefix_len));
	put_checksum(text, prefix_len + BODY_LEN, text + prefix_len + BODY_LEN);

	secret.text = text;
	secret_digest(text, secret.digest);
	memcpy(secret.prefix, text, sizeof(secret.prefix) - 1);
	memcpy(secret.last4, text + len - (sizeof(secret.last4) - 1), sizeof(secret.last4) - 1);
	*ret_secret = secret;
	return OK;
}

static bool
has_form(const char *text, const char *prefix)
{
	char checksum[CHECKSUM_LEN];
	size_t prefix_len = strlen(prefix);
	size_t len = prefix_len + BODY_LEN + CHECKSUM_LEN;

	if (strncmp(text, prefix, prefix_len) != 0 ||
	    strspn(text + prefix_len, base62) != len - prefix_len || text[len] != '\0')
		return false;
	put_checksum(text, len - CHECKSUM_LEN, checksum);
	return strncmp(text + len - CHECKSUM_LEN, checksum, CHECKSUM_LEN) == 0;
}

bool
secret_parse(const char *text, enum secret_kind *ret_kind)
{
	for (enum secret_kind kind = 0; kind < SECRET_COUNT; kind++) {
		if (has_form(text, prefixes[kind])) {
			*ret_kind = kind;
			return true;
		}
	}
	return false;
}

void
secret_digest(const char *text, uint8_t ret_digest[SECRET_DIGEST_LEN])
{
	sha256_of(text, strlen(text), ret_digest);
}

enum err
secret_make_cookie(struct arena *arena, const char **ret_text)
{
	uint8_t octets[COOKIE_OCTETS];

	if (RAND_priv_bytes(octets, sizeof(octets)) != 1)
		return ERR_CRYPTO;
	const char *text =
	    base64url_encode(arena, (struct bytes){ .data = octets, .len = sizeof(octets) });
	arena_wipe_later(arena, (void *)(uintptr_t)text, strlen(text));
	OPENSSL_cleanse(octets, sizeof(octets));
	*ret_text = text;
	return OK;
}

bool
secret_equal(const void *a, const void *b, size_t len)
{
	return CRYPTO_memcmp(a, b, len) == 0;
}

/*
 * Making seeds, codes and the address that an authenticator app scans.
 */
#include "lib/totp.h"

#include <string.h>

#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#include "lib/encode.h"
#include "lib/secrets.h"

#define SHA1_LEN     20
#define CODE_MODULUS 1000000u /* ten to the TOTP_DIGITS */

enum err
totp_make_seed(struct arena *arena, struct bytes *ret_seed)
{
	uint8_t *seed = arena_alloc(arena, TOTP_SEED_LEN);

	arena_wipe_later(arena, seed, TOTP_SEED_LEN);
	if (RAND_priv_bytes(seed, TOTP_SEED_LEN) != 1)
		return ERR_CRYPTO;
	*ret_seed = (struct bytes){.data = seed, .len = TOTP_SEED_LEN};
	return OK;
}

int64_t
totp_step_at(int64_t at_ms)
{
	return at_ms / TOTP_STEP_MS;
}

/* Dynamic truncation: the last four bits say where the 31 bits stand that become digits. */
static uint32_t
truncate_mac(const uint8_t mac[SHA1_LEN])
{
	const uint8_t *at = mac + (mac[SHA1_LEN - 1] & 15);

	return (((uint32_t)at[0] & 127) << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 |
		(uint32_t)at[3]) %
	       CODE_MODULUS;
}

enum err
totp_code(struct bytes seed, int64_t step, char ret_code[TOTP_DIGITS + 1])
{
	uint8_t counter[8];
	uint8_t mac[SHA1_LEN];
	unsigned len = 0;

	for (size_t i = 0; i < sizeof(counter); i++)
		counter[i] = (uint8_t)((uint64_t)step >> (56 - 8 * i));
	if (HMAC(EVP_sha1(), seed.data, (int)seed.len, counter, sizeof(counter), mac, &len) ==
		NULL ||
	    len != sizeof(mac))
		return ERR_CRYPTO;
	uint32_t number = truncate_mac(mac);
	for (size_t i = TOTP_DIGITS; i > 0; i--, number /= 10)
		ret_code[i - 1] = (char)('0' + number % 10);
	ret_code[TOTP_DIGITS] = '\0';
	return OK;
}

/* False for anything but six digits, spaces aside. */
static bool
read_digits(const char *typed, char ret_digits[TOTP_DIGITS])
{
	size_t count = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ')
			continue;
		if (*typed < '0' || *typed > '9' || count == TOTP_DIGITS)
			return false;
		ret_digits[count++] = *typed;
	}
	return count == TOTP_DIGITS;
}

enum err
totp_match(struct bytes seed, int64_t now_ms, const char *typed, int64_t *ret_step)
{
	int64_t now = totp_step_at(now_ms);
	int64_t found = NONE;
	char digits[TOTP_DIGITS];
	char code[TOTP_DIGITS + 1];

	if (!read_digits(typed, digits))
		return ERR_INVALID_CODE;
	for (int64_t step = now - TOTP_STEPS_OFF; step <= now + TOTP_STEPS_OFF; step++) {
		TRY(totp_code(seed, step, code));
		if (secret_equal(code, digits, TOTP_DIGITS))
			found = step;
	}
	if (found == NONE)
		return ERR_INVALID_CODE;
	*ret_step = found;
	return OK;
}

const char *
totp_seed_text(struct arena *arena, struct bytes seed)
{
	static const char symbols[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
	size_t size = seed.len * 8 / 5 + 2;
	char *text = arena_alloc(arena, size);
	char *to = text;
	uint32_t bits = 0;
	unsigned held = 0;

	arena_wipe_later(arena, text, size);
	for (size_t i = 0; i < seed.len; i++) {
		bits = (bits << 8) | seed.data[i];
		for (held += 8; held >= 5; held -= 5)
			*to++ = symbols[(bits >> (held - 5)) & 31];
	}
	if (held > 0)
		*to++ = symbols[(bits << (5 - held)) & 31];
	return text;
}

const char *
totp_uri(struct arena *arena, const char *issuer, const char *account, struct bytes seed)
{
	const char *issuer_text = percent_encode(arena, issuer);
	char *uri = arena_printf(
	    arena, "otpauth://totp/%s:%s?secret=%s&issuer=%s&algorithm=SHA1&digits=%d&period=%d",
	    issuer_text, percent_encode(arena, account), totp_seed_text(arena, seed), issuer_text,
	    TOTP_DIGITS, (int)(TOTP_STEP_MS / SECOND_MS));

	arena_wipe_later(arena, uri, strlen(uri));
	return uri;
}

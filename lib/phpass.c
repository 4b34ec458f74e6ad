/*
 * phpass ($P$, $H$: MD5) and Drupal 7 ($S$: SHA-512): a digest of salt and password, then of itself and the password, a power of two times.
 */
#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>

#include "lib/foreign_hashes.h"

#define SALT_LEN 8
#define HEAD_LEN (3 + 1 + SALT_LEN) /* $P$, the count, the salt */
#define PHPASS_LEN 34
#define DRUPAL_LEN 55 /* cut there by Drupal itself */

static const char ALPHABET[] = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

static bool
is_drupal(const char *hash)
{
	return hash[1] == 'S';
}

int
phpass_log2_of(const char *hash)
{
	size_t wanted = hash[0] == '$' && is_drupal(hash) ? DRUPAL_LEN : PHPASS_LEN;
	bool is_ours = strncmp(hash, "$P$", 3) == 0 || strncmp(hash, "$H$", 3) == 0 || strncmp(hash, "$S$", 3) == 0;

	if (!is_ours || strlen(hash) != wanted || strspn(hash + 3, ALPHABET) != wanted - 3)
		return -1;
	return (int)(strchr(ALPHABET, hash[3]) - ALPHABET);
}

/* Little-endian base64 with an alphabet of its own, three octets to four letters. */
static void
encode(const uint8_t *octets, size_t len, char *text)
{
	for (size_t i = 0; i < len;) {
		uint32_t group = 0;
		size_t count = len - i < 3 ? len - i : 3;

		for (size_t k = 0; k < count; k++)
			group |= (uint32_t)octets[i + k] << (8 * k);
		for (size_t k = 0; k <= count; k++)
			*text++ = ALPHABET[(group >> (6 * k)) & 63];
		i += count;
	}
	*text = '\0';
}

static bool
digest_two(EVP_MD_CTX *context, const EVP_MD *digest, const void *first, size_t first_len, const char *second,
	   uint8_t *ret)
{
	return EVP_DigestInit_ex(context, digest, NULL) == 1 && EVP_DigestUpdate(context, first, first_len) == 1 &&
	       EVP_DigestUpdate(context, second, strlen(second)) == 1 && EVP_DigestFinal_ex(context, ret, NULL) == 1;
}

static bool
iterate(EVP_MD_CTX *context, const char *hash, const char *password, uint8_t digest[EVP_MAX_MD_SIZE], size_t *ret_len)
{
	const EVP_MD *md = is_drupal(hash) ? EVP_sha512() : EVP_md5();
	size_t len = (size_t)EVP_MD_get_size(md);
	bool is_good = digest_two(context, md, hash + 4, SALT_LEN, password, digest);

	for (uint32_t left = UINT32_C(1) << phpass_log2_of(hash); left > 0 && is_good; left--)
		is_good = digest_two(context, md, digest, len, password, digest);
	*ret_len = len;
	return is_good;
}

enum err
phpass_verify(const char *hash, const char *password, bool *ret_matches)
{
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	uint8_t digest[EVP_MAX_MD_SIZE];
	char text[EVP_MAX_MD_SIZE * 4 / 3 + 4];
	size_t len = 0;

	if (context == NULL)
		return ERR_CRYPTO;
	bool is_good = iterate(context, hash, password, digest, &len);
	EVP_MD_CTX_free(context);
	if (!is_good)
		return ERR_CRYPTO;
	encode(digest, len, text);
	*ret_matches = CRYPTO_memcmp(text, hash + HEAD_LEN, strlen(hash) - HEAD_LEN) == 0;
	OPENSSL_cleanse(digest, sizeof(digest));
	OPENSSL_cleanse(text, sizeof(text));
	return OK;
}

/*
 * Making, reading and digesting backup codes.
 */
#include "lib/backup_codes.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/rand.h>

#define SYMBOLS      13
#define FIRST_GROUP  5
#define SECOND_GROUP 10 /* where the second hyphen stands */

static const char alphabet[] = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";

static enum err
make_random(struct arena *arena, size_t len, uint8_t **ret_octets)
{
	uint8_t *octets = arena_alloc(arena, len);

	arena_wipe_later(arena, octets, len);
	if (RAND_priv_bytes(octets, (int)len) != 1)
		return ERR_CRYPTO;
	*ret_octets = octets;
	return OK;
}

enum err
backup_key_make(struct arena *arena, struct bytes *ret_key)
{
	uint8_t *key;

	TRY(make_random(arena, BACKUP_KEY_LEN, &key));
	*ret_key = (struct bytes){.data = key, .len = BACKUP_KEY_LEN};
	return OK;
}

/* Room for one more symbol, behind a hyphen where a group ends. */
static void
put_symbol(char *code, size_t *len, char symbol)
{
	if (*len == FIRST_GROUP || *len == SECOND_GROUP)
		code[(*len)++] = '-';
	code[(*len)++] = symbol;
}

static char *
new_code(struct arena *arena)
{
	char *code = arena_alloc(arena, BACKUP_CODE_LEN + 1);

	arena_wipe_later(arena, code, BACKUP_CODE_LEN);
	return code;
}

enum err
backup_code_make(struct arena *arena, const char **ret_code)
{
	char *code = new_code(arena);
	uint8_t *octets;
	size_t len = 0;

	TRY(make_random(arena, SYMBOLS, &octets));
	for (size_t i = 0; i < SYMBOLS; i++)
		put_symbol(code, &len, alphabet[octets[i] & 31]);
	*ret_code = code;
	return OK;
}

/* The symbol that was meant; 0 for none (https://www.crockford.com/base32.html). */
static char
symbol_of(char typed)
{
	char c = typed >= 'a' && typed <= 'z' ? (char)(typed - 'a' + 'A') : typed;

	if (c == 'I' || c == 'L')
		return '1';
	if (c == 'O')
		return '0';
	return c != '\0' && strchr(alphabet, c) != NULL ? c : '\0';
}

bool
backup_code_parse(struct arena *arena, const char *typed, const char **ret_code)
{
	char *code = new_code(arena);
	size_t len = 0;

	for (; *typed != '\0'; typed++) {
		if (*typed == '-' || *typed == ' ')
			continue;
		char symbol = symbol_of(*typed);
		if (symbol == '\0' || len == BACKUP_CODE_LEN)
			return false;
		put_symbol(code, &len, symbol);
	}
	if (len != BACKUP_CODE_LEN)
		return false;
	*ret_code = code;
	return true;
}

enum err
backup_code_digest(struct bytes key, const char *code, uint8_t ret_digest[BACKUP_DIGEST_LEN])
{
	uint8_t digest[BACKUP_DIGEST_LEN];
	unsigned len = 0;

	if (HMAC(EVP_sha256(), key.data, (int)key.len, (const uint8_t *)code, strlen(code), digest,
		 &len) == NULL ||
	    len != sizeof(digest))
		return ERR_CRYPTO;
	memcpy(ret_digest, digest, sizeof(digest));
	return OK;
}

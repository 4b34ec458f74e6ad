/*
 * Making and recognising invite codes.
 */
#include "lib/invite_codes.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

#define SYMBOLS 12
#define GROUP 4

static const char alphabet[] = "23456789ABCDEFGHJKMNPQRSTUVWXYZ";

#define ALPHABET_LEN (sizeof(alphabet) - 1)
/* Octets from here on are thrown away: 256 isn't a multiple of 31. */
#define OCTET_END (256 - 256 % ALPHABET_LEN)

/* Room for one more symbol, behind a hyphen where a group ends. */
static void
put_symbol(char *code, size_t *len, char symbol)
{
	if (*len == GROUP || *len == 2 * GROUP + 1)
		code[(*len)++] = '-';
	code[(*len)++] = symbol;
}

enum err
invite_code_make(struct arena *arena, struct secret *ret_secret)
{
	struct secret secret = { 0 };
	char *code = arena_alloc(arena, INVITE_CODE_LEN + 1);
	uint8_t octets[SYMBOLS * 2];
	size_t len = 0;

	arena_wipe_later(arena, code, INVITE_CODE_LEN);
	while (len < INVITE_CODE_LEN) {
		if (RAND_priv_bytes(octets, sizeof(octets)) != 1)
			return ERR_CRYPTO;
		for (size_t i = 0; i < sizeof(octets) && len < INVITE_CODE_LEN; i++)
			if (octets[i] < OCTET_END)
				put_symbol(code, &len, alphabet[octets[i] % ALPHABET_LEN]);
	}
	OPENSSL_cleanse(octets, sizeof(octets));
	secret.text = code;
	secret_digest(code, secret.digest);
	*ret_secret = secret;
	return OK;
}

static char
upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
}

bool
invite_code_parse(struct arena *arena, const char *typed, const char **ret_code)
{
	char *code = arena_alloc(arena, INVITE_CODE_LEN + 1);
	size_t len = 0;

	arena_wipe_later(arena, code, INVITE_CODE_LEN);
	for (const char *c = typed; *c != '\0'; c++) {
		if (*c == '-' && c != typed)
			continue;
		if (len == INVITE_CODE_LEN || strchr(alphabet, upper(*c)) == NULL)
			return false;
		put_symbol(code, &len, upper(*c));
	}
	if (len != INVITE_CODE_LEN)
		return false;
	*ret_code = code;
	return true;
}

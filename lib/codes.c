/*
 * Six digits and eight letters, made and read.
 */
#include "lib/codes.h"

#include <inttypes.h>
#include <string.h>

#include <openssl/rand.h>

#include "lib/buffer.h"
#include "lib/secrets.h"

#define CODE_LEN 6
#define CODES	 UINT64_C(1000000)

/* 64 random bits over a million: the bias is beyond measure. */
enum err
code_make(struct arena *arena, const char **ret_code)
{
	uint8_t digest[SECRET_DIGEST_LEN];
	const char *random;
	uint64_t number = 0;

	TRY(secret_make_cookie(arena, &random));
	secret_digest(random, digest);
	memcpy(&number, digest, sizeof(number));
	*ret_code = arena_printf(arena, "%06" PRIu64, number % CODES);
	return OK;
}

const char *
code_clean(struct arena *arena, const char *typed)
{
	struct buffer code = buffer_new(arena);

	for (; *typed != '\0'; typed++) {
		if (*typed == ' ')
			continue;
		if (*typed < '0' || *typed > '9')
			return NULL;
		buffer_char(&code, *typed);
	}
	return code.len == CODE_LEN ? buffer_string(&code) : NULL;
}

/* ---- what a device shows ---- */

#define LETTERS	    "BCDFGHJKLMNPQRSTVWXZ"
#define LETTER_COUNT (sizeof(LETTERS) - 1)
#define USER_CODE_LEN 8
#define GROUP_LEN    4

static void
put_letter(struct buffer *code, size_t count, char letter)
{
	if (count == GROUP_LEN)
		buffer_char(code, '-');
	buffer_char(code, letter);
}

enum err
user_code_make(struct arena *arena, const char **ret_code)
{
	struct buffer code = buffer_new(arena);
	uint8_t octets[4 * USER_CODE_LEN];
	size_t count = 0;

	while (count < USER_CODE_LEN) {
		if (RAND_priv_bytes(octets, sizeof(octets)) != 1)
			return ERR_CRYPTO;
		/* Octets from the last multiple of twenty on would favour the first letters. */
		for (size_t i = 0; i < sizeof(octets) && count < USER_CODE_LEN; i++)
			if (octets[i] < 256 - 256 % LETTER_COUNT)
				put_letter(&code, count++, LETTERS[octets[i] % LETTER_COUNT]);
	}
	*ret_code = buffer_string(&code);
	return OK;
}

const char *
user_code_clean(struct arena *arena, const char *typed)
{
	struct buffer code = buffer_new(arena);
	size_t count = 0;

	for (; *typed != '\0'; typed++) {
		char letter = *typed >= 'a' && *typed <= 'z' ? (char)(*typed - 'a' + 'A') : *typed;

		if (letter == '-' || letter == ' ')
			continue;
		if (strchr(LETTERS, letter) == NULL || count == USER_CODE_LEN)
			return NULL;
		put_letter(&code, count++, letter);
	}
	return count == USER_CODE_LEN ? buffer_string(&code) : NULL;
}

/*
 * Six digits, made and read.
 */
#include "lib/codes.h"

#include <inttypes.h>
#include <string.h>

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

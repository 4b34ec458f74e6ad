/*
 * Drawing symbols so that each is as likely as the others.
 */
#include "lib/symbols.h"

#include <string.h>

#include <openssl/crypto.h>
#include <openssl/rand.h>

/* Octets from here on are thrown away: 256 isn't a multiple of 31. */
#define OCTET_END (256 - 256 % SYMBOL_COUNT)

enum err
symbols_draw(size_t count, char *ret_symbols)
{
	uint8_t octets[32];
	size_t drawn = 0;

	while (drawn < count) {
		if (RAND_priv_bytes(octets, sizeof(octets)) != 1)
			return ERR_CRYPTO;
		for (size_t i = 0; i < sizeof(octets) && drawn < count; i++)
			if (octets[i] < OCTET_END)
				ret_symbols[drawn++] = SYMBOLS[octets[i] % SYMBOL_COUNT];
	}
	OPENSSL_cleanse(octets, sizeof(octets));
	return OK;
}

size_t
symbol_value(char symbol)
{
	const char *at = symbol == '\0' ? NULL : strchr(SYMBOLS, symbol);

	return at == NULL ? SYMBOL_COUNT : (size_t)(at - SYMBOLS);
}

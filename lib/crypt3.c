/*
 * The edge to libxcrypt: crypt(3) hashes.
 */
#include <crypt.h>
#include <string.h>

#include <openssl/crypto.h>

#include "lib/foreign_hashes.h"

enum err
crypt3_verify(struct arena *arena, const char *hash, const char *password, bool *ret_matches)
{
	struct crypt_data *data = arena_alloc(arena, sizeof(*data));
	/* Unlike crypt_r() it answers NULL for what it can't hash, and no "*0" that looks like a hash. */
	const char *again = crypt_rn(password, hash, data, (int)sizeof(*data));
	bool is_made = again != NULL;

	*ret_matches = is_made && strlen(again) == strlen(hash) && CRYPTO_memcmp(again, hash, strlen(hash)) == 0;
	OPENSSL_cleanse(data, sizeof(*data));
	return is_made ? OK : ERR_CRYPTO;
}

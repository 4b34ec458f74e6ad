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
	const char *again = crypt_r(password, hash, data);
	/* "*0" and "*1" say that it failed, and are nobody's hash. */
	bool is_made = again != NULL && again[0] != '*';

	*ret_matches = is_made && strlen(again) == strlen(hash) && CRYPTO_memcmp(again, hash, strlen(hash)) == 0;
	OPENSSL_cleanse(data, sizeof(*data));
	return is_made ? OK : ERR_CRYPTO;
}

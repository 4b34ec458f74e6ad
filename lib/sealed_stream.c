/*
 * Chunks of a sealed stream: the nonce is the chunk's number, the associated data says whether it is the last.
 */
#include "lib/sealed_stream.h"

#include <string.h>

#include <argon2.h>
#include <openssl/evp.h>

#define MEMORY_KIB (64 * 1024)
#define PASSES     3
#define LANES      1
#define NONCE_LEN  12

enum err
stream_key_derive(const char *passphrase, const uint8_t salt[STREAM_SALT_LEN], uint8_t ret_key[STREAM_KEY_LEN])
{
	int status = argon2id_hash_raw(PASSES, MEMORY_KIB, LANES, passphrase, strlen(passphrase), salt,
				       STREAM_SALT_LEN, ret_key, STREAM_KEY_LEN);

	return status == ARGON2_OK ? OK : ERR_CRYPTO;
}

static void
make_nonce(uint64_t index, uint8_t ret_nonce[NONCE_LEN])
{
	memset(ret_nonce, 0, NONCE_LEN);
	for (size_t i = 0; i < sizeof(index); i++)
		ret_nonce[NONCE_LEN - 1 - i] = (uint8_t)(index >> (8 * i));
}

enum err
stream_seal(const uint8_t key[STREAM_KEY_LEN], uint64_t index, bool is_last, struct bytes plain,
	    uint8_t *ret_sealed)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const uint8_t extra = is_last;
	uint8_t nonce[NONCE_LEN];
	int len = 0;

	make_nonce(index, nonce);
	bool is_sealed =
		context != NULL && plain.len < INT32_MAX &&
		EVP_EncryptInit_ex2(context, EVP_aes_256_gcm(), key, nonce, NULL) == 1 &&
		EVP_EncryptUpdate(context, NULL, &len, &extra, 1) == 1 &&
		EVP_EncryptUpdate(context, ret_sealed, &len, plain.data, (int)plain.len) == 1 &&
		EVP_EncryptFinal_ex(context, ret_sealed + len, &len) == 1 &&
		EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, STREAM_TAG_LEN, ret_sealed + plain.len) == 1;
	EVP_CIPHER_CTX_free(context);
	return is_sealed ? OK : ERR_CRYPTO;
}

enum err
stream_open(const uint8_t key[STREAM_KEY_LEN], uint64_t index, bool is_last, struct bytes sealed,
	    uint8_t *ret_plain)
{
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	const uint8_t extra = is_last;
	uint8_t nonce[NONCE_LEN];
	int len = 0;

	make_nonce(index, nonce);
	bool is_open = context != NULL && sealed.len >= STREAM_TAG_LEN && sealed.len < INT32_MAX;
	size_t text_len = is_open ? sealed.len - STREAM_TAG_LEN : 0;
	is_open = is_open && EVP_DecryptInit_ex2(context, EVP_aes_256_gcm(), key, nonce, NULL) == 1 &&
		  EVP_DecryptUpdate(context, NULL, &len, &extra, 1) == 1 &&
		  EVP_DecryptUpdate(context, ret_plain, &len, sealed.data, (int)text_len) == 1 &&
		  EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, STREAM_TAG_LEN,
				      (void *)(uintptr_t)(sealed.data + text_len)) == 1 &&
		  EVP_DecryptFinal_ex(context, ret_plain + len, &len) == 1;
	EVP_CIPHER_CTX_free(context);
	return is_open ? OK : ERR_CRYPTO;
}

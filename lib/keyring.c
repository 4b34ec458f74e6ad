/*
 * Master keys: read from their file, kept in locked memory, used through derived keys only.
 *
 * A sealed value is version (1 octet), key id (5, "k0001"), nonce (12), ciphertext, tag (16).
 * Version, key id and the place are the associated data.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/kdf.h>
#include <openssl/rand.h>

#include "lib/buffer.h"
#include "lib/encode.h"
#include "lib/hmac.h"
#include "lib/keyring.h"

#define KEY_LEN        32
#define KEYS_MAX       32
#define KEY_ID_LEN     5
#define KEY_NUMBER_MAX 9999
#define BASE64_KEY_LEN 44
#define VERSION        1
#define HEADER_LEN     (1 + KEY_ID_LEN)
#define NONCE_LEN      12
#define TAG_LEN        16
#define OVERHEAD       (HEADER_LEN + NONCE_LEN + TAG_LEN)
#define KEPT_MAX       64
#define DIGEST_LEN     32

struct master_key {
	char id[KEY_ID_LEN + 1];
	uint8_t octets[KEY_LEN];
};

/* A private key that was opened before, with a signature begun. */
struct kept_key {
	uint8_t digest[DIGEST_LEN]; /* of its kind, of where it stands and of what is sealed there */
	EVP_MD_CTX *begun;	    /* NULL: nothing is kept here */
};

struct keyring {
	struct master_key keys[KEYS_MAX];
	size_t count;
	struct kept_key kept[KEPT_MAX];
	keyring_reader *reader; /* NULL: there is no file to look at again */
	const char *path;
	struct keyring *self; /* what is learnt from the file later is written through it */
};

/* Fetched once a process: OpenSSL 3 looks a name up under a lock each time. */
static const EVP_CIPHER *
aes_256_gcm(void)
{
	static EVP_CIPHER *cipher;

	if (cipher == NULL)
		cipher = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
	return cipher;
}

static const EVP_MD *
sha256(void)
{
	static EVP_MD *digest;

	if (digest == NULL)
		digest = EVP_MD_fetch(NULL, "SHA256", NULL);
	return digest;
}

static EVP_KDF *
hkdf(void)
{
	static EVP_KDF *kdf;

	if (kdf == NULL)
		kdf = EVP_KDF_fetch(NULL, "HKDF", NULL);
	return kdf;
}

/*
 * Never swapped, never in a core file. Where the limit on locked memory is lower, the key still
 * works.
 */
static struct keyring *
keyring_new(void)
{
	void *memory = mmap(NULL, sizeof(struct keyring), PROT_READ | PROT_WRITE,
			    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (memory == MAP_FAILED)
		return NULL;

	int locked = mlock(memory, sizeof(struct keyring));
	int hidden = madvise(memory, sizeof(struct keyring), MADV_DONTDUMP);
	(void)locked;
	(void)hidden;
	struct keyring *keyring = memory;
	keyring->self = keyring;
	return keyring;
}

void
keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	for (size_t i = 0; i < KEPT_MAX; i++)
		EVP_MD_CTX_free(keyring->kept[i].begun);
	OPENSSL_cleanse(keyring, sizeof(*keyring));
	munmap(keyring, sizeof(*keyring));
}

/* Looks at KEY_ID_LEN characters alone: what follows is a space, or nothing at all. */
static bool
is_key_id(const char *text)
{
	for (size_t i = 1; i < KEY_ID_LEN; i++) {
		if (text[i] < '0' || text[i] > '9')
			return false;
	}
	return text[0] == 'k';
}

/* Base64 with padding (RFC 4648 section 4), and only the spelling that the encoder gives. */
static bool
decode_key(const char *text, uint8_t ret_octets[KEY_LEN])
{
	uint8_t octets[BASE64_KEY_LEN / 4 * 3];
	unsigned char again[BASE64_KEY_LEN + 1];

	bool is_decoded = EVP_DecodeBlock(octets, (const unsigned char *)text, BASE64_KEY_LEN) ==
			      (int)sizeof(octets) &&
			  EVP_EncodeBlock(again, octets, KEY_LEN) == BASE64_KEY_LEN &&
			  CRYPTO_memcmp(again, text, BASE64_KEY_LEN) == 0;
	if (is_decoded)
		memcpy(ret_octets, octets, KEY_LEN);
	OPENSSL_cleanse(octets, sizeof(octets));
	OPENSSL_cleanse(again, sizeof(again));
	return is_decoded;
}

/* NULL when the line was taken. Ids rise, so that the last line is also the newest. */
static const char *
add_line(struct keyring *keyring, const char *line, size_t len)
{
	if (len != KEY_ID_LEN + 1 + BASE64_KEY_LEN || !is_key_id(line) || line[KEY_ID_LEN] != ' ')
		return "a line isn't of the form \"k0001 base64\"";
	if (keyring->count == KEYS_MAX)
		return "too many keys";
	struct master_key *key = &keyring->keys[keyring->count];
	memcpy(key->id, line, KEY_ID_LEN);
	if (keyring->count > 0 && strcmp(key->id, key[-1].id) <= 0)
		return "the ids of the keys don't rise";
	if (!decode_key(line + KEY_ID_LEN + 1, key->octets))
		return "a key isn't base64 of 32 octets";
	keyring->count++;
	return NULL;
}

static const char *
add_lines(struct keyring *keyring, const char *text, size_t len)
{
	while (len > 0) {
		const char *end = memchr(text, '\n', len);
		size_t line_len = end == NULL ? len : (size_t)(end - text);
		if (line_len > 0) {
			const char *problem = add_line(keyring, text, line_len);
			if (problem != NULL)
				return problem;
		}
		size_t taken = end == NULL ? len : line_len + 1;
		text += taken;
		len -= taken;
	}
	return keyring->count == 0 ? "there is no key" : NULL;
}

bool
keyring_parse(const char *text, size_t len, struct keyring **ret, const char **ret_problem)
{
	struct keyring *keyring = keyring_new();
	if (keyring == NULL) {
		*ret_problem = "no memory for the keys";
		return false;
	}
	const char *problem = add_lines(keyring, text, len);
	if (problem != NULL) {
		keyring_free(keyring);
		*ret_problem = problem;
		return false;
	}
	*ret = keyring;
	return true;
}

void
keyring_set_source(struct keyring *keyring, keyring_reader *reader, const char *path)
{
	keyring->reader = reader;
	keyring->path = path;
}

/* The keys are replaced by those of the file, when it can be read; else they stay. */
static void
read_again(struct keyring *keyring, struct arena *arena)
{
	struct keyring *fresh;
	const char *text, *problem;
	size_t len;

	if (keyring->reader == NULL || !keyring->reader(arena, keyring->path, &text, &len))
		return;
	if (!keyring_parse(text, len, &fresh, &problem))
		return;
	memcpy(keyring->keys, fresh->keys, sizeof(keyring->keys));
	keyring->count = fresh->count;
	keyring_free(fresh);
}

static int64_t
key_number(const char *id)
{
	int64_t number = 0;

	for (size_t i = 1; i < KEY_ID_LEN; i++)
		number = number * 10 + (id[i] - '0');
	return number;
}

enum err
keyring_make_line(struct arena *arena, const struct keyring *after, const char **ret_line)
{
	int64_t number = after == NULL ? 1 : key_number(keyring_current_id(after)) + 1;
	unsigned char base64[BASE64_KEY_LEN + 1];
	uint8_t octets[KEY_LEN];

	if (number > KEY_NUMBER_MAX || RAND_priv_bytes(octets, sizeof(octets)) != 1)
		return ERR_CRYPTO;
	EVP_EncodeBlock(base64, octets, sizeof(octets));
	char *line = arena_printf(arena, "k%04d %s\n", (int)number, (const char *)base64);
	arena_wipe_later(arena, line, strlen(line));
	OPENSSL_cleanse(octets, sizeof(octets));
	OPENSSL_cleanse(base64, sizeof(base64));
	*ret_line = line;
	return OK;
}

const char *
keyring_current_id(const struct keyring *keyring)
{
	return keyring->keys[keyring->count - 1].id;
}

size_t
keyring_count(const struct keyring *keyring)
{
	return keyring->count;
}

const char *
keyring_id(const struct keyring *keyring, size_t index)
{
	return keyring->keys[index].id;
}

static const struct master_key *
find_key(const struct keyring *keyring, const char *id, size_t id_len)
{
	for (size_t i = 0; i < keyring->count; i++) {
		if (strlen(keyring->keys[i].id) == id_len &&
		    strncmp(keyring->keys[i].id, id, id_len) == 0)
			return &keyring->keys[i];
	}
	return NULL;
}

/* HKDF-SHA256 (RFC 5869): `use` is the salt, `of` the info, so that no two uses share a key. */
static enum err
derive(const struct master_key *master, const char *use, const char *of, uint8_t ret_key[KEY_LEN])
{
	EVP_KDF_CTX *context = hkdf() == NULL ? NULL : EVP_KDF_CTX_new(hkdf());
	OSSL_PARAM params[] = {
		OSSL_PARAM_construct_utf8_string(OSSL_KDF_PARAM_DIGEST,
						 (char *)(uintptr_t) "SHA256", 0),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_KEY,
						  (void *)(uintptr_t)master->octets, KEY_LEN),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)use,
						  strlen(use)),
		OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_INFO, (void *)(uintptr_t)of,
						  strlen(of)),
		OSSL_PARAM_construct_end(),
	};

	if (context == NULL)
		return ERR_CRYPTO;
	int status = EVP_KDF_derive(context, ret_key, KEY_LEN, params);
	EVP_KDF_CTX_free(context);
	return status == 1 ? OK : ERR_CRYPTO;
}

/* Every part with its NUL: none contains one, so no two places give the same octets. */
static struct bytes
associated_data(struct arena *arena, const uint8_t *header, const struct seal_place *place)
{
	const char *parts[] = { place->table, place->column, place->row_id, place->project_id };
	struct buffer data = buffer_new(arena);

	buffer_add(&data, header, HEADER_LEN);
	for (size_t i = 0; i < ARRAY_LEN(parts); i++) {
		const char *part = parts[i] == NULL ? "" : parts[i];
		buffer_add(&data, part, strlen(part) + 1);
	}
	return (struct bytes){ .data = (const uint8_t *)data.data, .len = data.len };
}

static bool
encrypt(EVP_CIPHER_CTX *context, const uint8_t *key, struct bytes extra, struct bytes plain,
	uint8_t *sealed)
{
	uint8_t *nonce = sealed + HEADER_LEN;
	uint8_t *text = nonce + NONCE_LEN;
	int len = 0;

	return EVP_EncryptInit_ex2(context, aes_256_gcm(), key, nonce, NULL) == 1 &&
	       EVP_EncryptUpdate(context, NULL, &len, extra.data, (int)extra.len) == 1 &&
	       EVP_EncryptUpdate(context, text, &len, plain.data, (int)plain.len) == 1 &&
	       EVP_EncryptFinal_ex(context, text + len, &len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_GET_TAG, TAG_LEN, text + plain.len) == 1;
}

static bool
decrypt(EVP_CIPHER_CTX *context, const uint8_t *key, struct bytes extra, struct bytes sealed,
	uint8_t *plain)
{
	const uint8_t *nonce = sealed.data + HEADER_LEN;
	const uint8_t *text = nonce + NONCE_LEN;
	size_t text_len = sealed.len - OVERHEAD;
	void *tag = (void *)(uintptr_t)(text + text_len);
	int len = 0;

	return EVP_DecryptInit_ex2(context, aes_256_gcm(), key, nonce, NULL) == 1 &&
	       EVP_DecryptUpdate(context, NULL, &len, extra.data, (int)extra.len) == 1 &&
	       EVP_DecryptUpdate(context, plain, &len, text, (int)text_len) == 1 &&
	       EVP_CIPHER_CTX_ctrl(context, EVP_CTRL_AEAD_SET_TAG, TAG_LEN, tag) == 1 &&
	       EVP_DecryptFinal_ex(context, plain + len, &len) == 1;
}

static const char *
project_of(const struct seal_place *place)
{
	return place->project_id == NULL ? "" : place->project_id;
}

enum err
keyring_seal(const struct keyring *keyring, struct arena *arena, const struct seal_place *place,
	     struct bytes plain, struct bytes *ret_sealed)
{
	const struct master_key *master = &keyring->keys[keyring->count - 1];
	uint8_t key[KEY_LEN];

	if (plain.len > INT32_MAX - OVERHEAD)
		return ERR_CRYPTO;
	uint8_t *sealed = arena_alloc(arena, plain.len + OVERHEAD);
	sealed[0] = VERSION;
	memcpy(sealed + 1, master->id, KEY_ID_LEN);
	if (RAND_bytes(sealed + HEADER_LEN, NONCE_LEN) != 1)
		return ERR_CRYPTO;
	TRY(derive(master, "gatehouse seal", project_of(place), key));
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	bool is_sealed =
	    context != NULL &&
	    encrypt(context, key, associated_data(arena, sealed, place), plain, sealed);
	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(key, sizeof(key));
	if (!is_sealed)
		return ERR_CRYPTO;
	*ret_sealed = (struct bytes){ .data = sealed, .len = plain.len + OVERHEAD };
	return OK;
}

enum err
keyring_open(const struct keyring *keyring, struct arena *arena, const struct seal_place *place,
	     struct bytes sealed, struct bytes *ret_plain)
{
	uint8_t key[KEY_LEN];

	if (sealed.len < OVERHEAD || sealed.len > INT32_MAX || sealed.data[0] != VERSION)
		return ERR_CRYPTO;
	const char *id = (const char *)sealed.data + 1;
	const struct master_key *master = find_key(keyring, id, KEY_ID_LEN);
	if (master == NULL) {
		read_again(keyring->self, arena);
		master = find_key(keyring, id, KEY_ID_LEN);
	}
	if (master == NULL)
		return ERR_CRYPTO;
	TRY(derive(master, "gatehouse seal", project_of(place), key));
	size_t len = sealed.len - OVERHEAD;
	/* With a NUL behind, for those that seal text. */
	uint8_t *plain = arena_alloc(arena, len + 1);
	arena_wipe_later(arena, plain, len);
	EVP_CIPHER_CTX *context = EVP_CIPHER_CTX_new();
	bool is_open =
	    context != NULL &&
	    decrypt(context, key, associated_data(arena, sealed.data, place), sealed, plain);
	EVP_CIPHER_CTX_free(context);
	OPENSSL_cleanse(key, sizeof(key));
	if (!is_open)
		return ERR_CRYPTO;
	*ret_plain = (struct bytes){ .data = plain, .len = len };
	return OK;
}

/* Of all that opening looks at: who could not open it doesn't find it either. */
static struct bytes
kept_digest(struct arena *arena, const struct seal_place *place, struct bytes sealed, const char *kind)
{
	struct bytes where = associated_data(arena, sealed.data, place);
	struct buffer data = buffer_new(arena);

	buffer_add(&data, kind, strlen(kind) + 1);
	buffer_add(&data, where.data, where.len);
	buffer_add(&data, sealed.data, sealed.len);
	return sha256_bytes(arena, data.data, data.len);
}

static EVP_MD_CTX *
begin_signature(struct bytes der, const char *kind)
{
	const unsigned char *at = der.data;
	EVP_PKEY *key = d2i_AutoPrivateKey(NULL, &at, (long)der.len);
	const EVP_MD *digest = strcmp(kind, "ED25519") == 0 ? NULL : sha256();
	EVP_MD_CTX *context = key != NULL && EVP_PKEY_is_a(key, kind) ? EVP_MD_CTX_new() : NULL;

	if (context != NULL && EVP_DigestSignInit(context, NULL, digest, NULL, key) != 1) {
		EVP_MD_CTX_free(context);
		context = NULL;
	}
	EVP_PKEY_free(key);
	return context;
}

enum err
keyring_begin_signature(const struct keyring *keyring, struct arena *arena, const struct seal_place *place,
			struct bytes sealed, const char *kind, EVP_MD_CTX **ret_context)
{
	struct bytes der;

	if (sealed.len < OVERHEAD)
		return ERR_CRYPTO;
	struct bytes digest = kept_digest(arena, place, sealed, kind);
	struct kept_key *kept = &keyring->self->kept[digest.data[0] % KEPT_MAX];
	if (kept->begun == NULL || CRYPTO_memcmp(kept->digest, digest.data, DIGEST_LEN) != 0) {
		TRY(keyring_open(keyring, arena, place, sealed, &der));
		EVP_MD_CTX *begun = begin_signature(der, kind);
		if (begun == NULL)
			return ERR_CRYPTO;
		EVP_MD_CTX_free(kept->begun);
		kept->begun = begun;
		memcpy(kept->digest, digest.data, DIGEST_LEN);
	}
	EVP_MD_CTX *context = EVP_MD_CTX_new();
	if (context == NULL || EVP_MD_CTX_copy_ex(context, kept->begun) != 1) {
		EVP_MD_CTX_free(context);
		return ERR_CRYPTO;
	}
	*ret_context = context;
	return OK;
}

const char *
keyring_sealed_with(struct arena *arena, struct bytes sealed)
{
	if (sealed.len < OVERHEAD || sealed.data[0] != VERSION)
		return NULL;
	const char *id = arena_strndup(arena, (const char *)sealed.data + 1, KEY_ID_LEN);
	return is_key_id(id) ? id : NULL;
}

enum err
keyring_mac(const struct keyring *keyring, const char *purpose, struct bytes data,
	    uint8_t ret_mac[32])
{
	uint8_t key[KEY_LEN];

	TRY(derive(&keyring->keys[0], "gatehouse mac", purpose, key));
	enum err e = hmac_sha256((struct bytes){ key, KEY_LEN }, data, ret_mac);
	OPENSSL_cleanse(key, sizeof(key));
	return e;
}

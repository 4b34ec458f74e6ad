/*
 * The master keys, behind operations: no key leaves this module as octets.
 *
 * A key file holds lines "kNNNN base64(32 octets)"; the last line seals, all lines open. Every project has keys of its own, derived by
 * HKDF-SHA256 (RFC 5869) from the master key and the project's id.
 */
#ifndef GATEHOUSE_LIB_KEYRING_H
#define GATEHOUSE_LIB_KEYRING_H

#include "lib/arena.h"
#include "lib/errors.h"

struct keyring;

/* Where a sealed value stands; it opens nowhere else (associated data). */
struct seal_place {
	const char *table;
	const char *column;
	const char *row_id;
	const char *project_id;
};

/* Text of a key file. False with *ret_problem (static text) when it is malformed or empty. The keyring owns its memory, locked and wiped. */
bool keyring_parse(const char *text, size_t len, struct keyring **ret, const char **ret_problem);
void keyring_free(struct keyring *);

/* Reads a key file into the arena, without a word about failure. */
typedef bool keyring_reader(struct arena *, const char *path, const char **ret_text, size_t *ret_len);
/*
 * Where to look when a value names a key that isn't known: another process has taken up a new key file already. Then this one reads it,
 * too, so that a new key needn't reach all processes at one moment. `path` is borrowed.
 */
void keyring_set_source(struct keyring *, keyring_reader *, const char *path);
/* A line for a new key file: "k0001 …\n", or the successor of `after`. */
enum err keyring_make_line(struct arena *, const struct keyring *after, const char **ret_line) MUST_CHECK;
/* Id of the key that seals, "k0001". */
const char *keyring_current_id(const struct keyring *);
/* Ids of all keys, the oldest first. */
size_t keyring_count(const struct keyring *);
const char *keyring_id(const struct keyring *, size_t index);

/* AES-256-GCM: version, key id, nonce, ciphertext, tag. */
enum err keyring_seal(const struct keyring *, struct arena *, const struct seal_place *, struct bytes plain,
		      struct bytes *ret_sealed) MUST_CHECK;
/* ERR_CRYPTO for a changed octet, another place or an unknown key. The plain text is registered with the arena to be wiped. */
enum err keyring_open(const struct keyring *, struct arena *, const struct seal_place *, struct bytes sealed,
		      struct bytes *ret_plain) MUST_CHECK;
/*
 * Begins a signature with the private key whose DER is sealed there: of this kind ("EC", "RSA", "ED25519"), over SHA-256 unless the kind has its
 * own digest. Reading a key takes OpenSSL ten times as long as signing with it, so the last ones stay open; what counts is still what is sealed
 * now. The caller goes on with EVP_DigestSign() and frees it. ERR_CRYPTO as above, and for what isn't such a key.
 */
struct evp_md_ctx_st;
enum err keyring_begin_signature(const struct keyring *, struct arena *, const struct seal_place *, struct bytes sealed, const char *kind,
				 struct evp_md_ctx_st **ret_context) MUST_CHECK;
/* Key id of a sealed value; NULL when it is none. ret is the arena's. */
const char *keyring_sealed_with(struct arena *, struct bytes sealed);

/*
 * HMAC-SHA256 under a key that is derived for one purpose ("csrf", "cursor", "flow" …): proofs that needn't be stored.
 * Made with the oldest key's line so that adding a master key doesn't end sessions' forms.
 */
enum err keyring_mac(const struct keyring *, const char *purpose, struct bytes data, uint8_t ret_mac[32]) MUST_CHECK;

#endif

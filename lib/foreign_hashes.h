/*
 * Password hashes of other systems, as people bring them along (users.md rule 33): recognised by their form, refused when checking one would
 * cost too much, verified at sign-in and replaced there.
 */
#ifndef GATEHOUSE_LIB_FOREIGN_HASHES_H
#define GATEHOUSE_LIB_FOREIGN_HASHES_H

#include "lib/arena.h"
#include "lib/errors.h"

/* What user_passwords.scheme says: bcrypt, wordpress, md5crypt, sha256crypt, sha512crypt, scrypt, yescrypt, phpass, drupal, pbkdf2, better_auth,
 * argon2i, argon2id, ssha, ssha512. */
#define FOREIGN_SCHEME_MAX 24

/*
 * Is this the hash of a scheme we know, whole and within its cost? ERR_HASH_UNSUPPORTED, ERR_HASH_TOO_COSTLY. Says nothing about
 * any password, and costs nothing.
 */
enum err foreign_hash_check(const char *hash, const char **ret_scheme) MUST_CHECK;

/*
 * Of a hash that foreign_hash_check() took; another one is ERR_HASH_UNSUPPORTED or ERR_HASH_TOO_COSTLY. The time is the scheme's. ERR_CRYPTO
 * when memory is lacking.
 */
enum err foreign_hash_verify(struct arena *, const char *hash, const char *password, bool *ret_matches) MUST_CHECK;

/* ---- the schemes, for lib/foreign_hashes.c alone ---- */

/* A hash of crypt(3) by libxcrypt (crypt3.c, the only file that knows the library). */
enum err crypt3_verify(struct arena *, const char *hash, const char *password, bool *ret_matches) MUST_CHECK;

/* Iterated digests of PHP applications (phpass.c). `scheme` is what stands between the dollar signs: P, H or S. */
enum err phpass_verify(const char *hash, const char *password, bool *ret_matches) MUST_CHECK;
/* How many times it is iterated, as a power of two; -1 when the hash isn't of that form. */
int phpass_log2_of(const char *hash);

#endif

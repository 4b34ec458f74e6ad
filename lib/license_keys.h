/*
 * License keys (licensing.md rules 1 and 2): XXXX-XXXX-XXXX-XXXX of symbols that people can read to each other, the last of which
 * proves the others, and the two keys of a project under which license keys and machine parts are digested.
 */
#ifndef GATEHOUSE_LIB_LICENSE_KEYS_H
#define GATEHOUSE_LIB_LICENSE_KEYS_H

#include "lib/arena.h"
#include "lib/errors.h"

#define LICENSE_KEY_LEN		16	/* normalised: without hyphens */
#define CUSTOM_KEY_MIN		8
#define CUSTOM_KEY_MAX		64
#define LICENSE_SECRET_LEN	32
#define LICENSE_DIGEST_LEN	32

/* A new one, normalised, registered with the arena to be wiped. ERR_CRYPTO. */
enum err license_key_make(struct arena *, const char **ret_key) MUST_CHECK;
/* What somebody typed, without spaces and hyphens and in upper case: the form that is digested. */
const char *license_key_normalise(struct arena *, const char *typed) RETURNS_NONNULL;
/* Are these 16 symbols of which the last proves the others? Any one that is wrong, and any two that changed places, make it false. */
bool license_key_is_made(const char *key);
/* Is it a key that a project may choose itself: [A-Z0-9]{8,64}? */
bool license_key_is_custom(const char *key);
/* For people: a made one in groups of four, any other as it is. */
const char *license_key_written(struct arena *, const char *key) RETURNS_NONNULL;

/*
 * What may be shown of a key to those who mustn't see it: its first and last four. Of a key with fewer than 16 symbols only the last
 * four, for the rest would be too little to guess.
 */
#define LICENSE_HINT_PART 4
const char *license_key_first4(struct arena *, const char *key) RETURNS_NONNULL;	/* "" for a short one */
const char *license_key_last4(struct arena *, const char *key) RETURNS_NONNULL;
/* "K7QF-****-****-A8ZZ" */
const char *license_key_hint(struct arena *, const char *first4, const char *last4) RETURNS_NONNULL;

/* Both are derived from the project's secret by HKDF-SHA-256 (RFC 5869), each under a name of its own. */
struct license_secrets {
	uint8_t key[LICENSE_DIGEST_LEN];
	uint8_t fingerprint[LICENSE_DIGEST_LEN];
};

/* In the arena, registered to be wiped. ERR_CRYPTO, also for a secret of another length. */
enum err license_secrets_derive(struct arena *, struct bytes secret, const struct license_secrets **ret) MUST_CHECK;
/* HMAC-SHA-256 of a normalised key. ERR_CRYPTO. */
enum err license_key_digest(const struct license_secrets *, const char *key, uint8_t ret_digest[LICENSE_DIGEST_LEN]) MUST_CHECK;

#endif

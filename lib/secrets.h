/*
 * Secrets that are shown once and stored as SHA-256: prefix, 32 characters of base62 (190 bits), and a checksum of 6 base62
 * characters (CRC-32 of all before it), so that a mistyped or made-up one costs no query.
 */
#ifndef GATEHOUSE_LIB_SECRETS_H
#define GATEHOUSE_LIB_SECRETS_H

#include "lib/arena.h"
#include "lib/errors.h"

#define SECRET_DIGEST_LEN 32

enum secret_kind {
	SECRET_PERSONAL_TOKEN,	/* gpat_ */
	SECRET_SERVICE_LIVE,	/* gsk_live_ */
	SECRET_SERVICE_TEST,	/* gsk_test_ */
	SECRET_CLIENT,		/* sec_ */
	SECRET_INVITATION,	/* ginv_ */
	SECRET_SETUP,		/* gset_ */
	SECRET_MAIL_LINK,	/* mlt_ */
	SECRET_REFRESH_TOKEN,	/* rt_ */
	SECRET_INITIAL_TOKEN,	/* dcr_ */
	SECRET_ACCESS_TOKEN,	/* gat_ */
	SECRET_COUNT
};

struct secret {
	const char *text;			/* registered with the arena to be wiped */
	uint8_t digest[SECRET_DIGEST_LEN];	/* SHA-256 of the whole text */
	char prefix[13];			/* first 12 characters */
	char last4[5];
};

const char *secret_prefix(enum secret_kind);
enum err secret_make(struct arena *, enum secret_kind, struct secret *ret_secret) MUST_CHECK;
/* True when the text is a well-formed secret of some kind with the right checksum; no timing promise, the text is the caller's. */
bool secret_parse(const char *text, enum secret_kind *ret_kind);
void secret_digest(const char *text, uint8_t ret_digest[SECRET_DIGEST_LEN]);
/* 32 octets of randomness as 43 characters of base64url: cookies. Registered to be wiped. */
enum err secret_make_cookie(struct arena *, const char **ret_text) MUST_CHECK;
/* Equal, in time that depends on len alone. */
bool secret_equal(const void *a, const void *b, size_t len);

#endif

/*
 * What a shipped program is told about its license, and the signature that it checks (licensing.md section 4): Ed25519 (RFC 8032) over
 * "gatehouse-license-v1", the key's id and the payload, with line feeds between. Key pairs are made here, sealed for their row, and
 * leave this module in no other form.
 */
#ifndef GATEHOUSE_LIB_LICENSE_ANSWERS_H
#define GATEHOUSE_LIB_LICENSE_ANSWERS_H

#include "lib/keyring.h"

/* In the order in which they are asked for: the first that applies is the verdict. */
enum license_code {
	LICENSE_NOT_FOUND,
	LICENSE_PROJECT_DISABLED,
	LICENSE_REVOKED,
	LICENSE_SUSPENDED,
	LICENSE_EXPIRED,
	LICENSE_IP_MISMATCH,
	LICENSE_NOT_ACTIVATED,
	LICENSE_RELEASE_LIMIT,
	LICENSE_ACTIVATION_LIMIT,
	LICENSE_RELEASED,
	LICENSE_IN_GRACE,
	LICENSE_VALID,
	LICENSE_CODE_COUNT
};

extern const char *const license_code_names[];	/* ended by NULL */
/* May the program run? */
bool license_code_is_valid(enum license_code);

/* Texts are NULL and times NONE where there is nothing to say; then the payload says null. */
struct license_answer {
	enum license_code code;
	const char *client_id, *environment;
	const char *license_id, *activation_id, *product_name, *status;
	int64_t expires_at, grace_until, valid_until, heartbeat_before;
	const char *features;		/* JSON text */
	const char *nonce;
	const char *request_hash;	/* SHA-256 of the request's body, as hexadecimal digits */
	int64_t signed_at;
};

/* Whole seconds from signed_at to expires_at, never below 0; NONE without an end. */
int64_t license_time_left_s(const struct license_answer *);
/* Compact JSON of all members, always in this order. */
const char *license_payload(struct arena *, const struct license_answer *) RETURNS_NONNULL;

#define LICENSE_ANSWER_FORMAT "gatehouse-license-v1"
#define LICENSE_FILE_FORMAT   "gatehouse-license-file-v1"

#define LICENSE_PUBLIC_KEY_LEN 32
/* A new pair, its private half sealed for the row that `place` names. ERR_CRYPTO. */
enum err license_signing_key_make(const struct keyring *, struct arena *, const struct seal_place *place,
				  uint8_t ret_public[LICENSE_PUBLIC_KEY_LEN], struct bytes *ret_sealed) MUST_CHECK;
/* Base64 (with padding) of the signature over format, kid and payload. ERR_CRYPTO when the key doesn't open there. */
enum err license_sign(const struct keyring *, struct arena *, const struct seal_place *place, struct bytes sealed,
		      const char *format, const char *kid, const char *payload, const char **ret_signature) MUST_CHECK;
/* The same with a private key in clear, 32 octets: what the published vectors are checked with. */
enum err license_sign_with(struct arena *, struct bytes private_key, const char *format, const char *kid, const char *payload,
			   const char **ret_signature) MUST_CHECK;

#endif

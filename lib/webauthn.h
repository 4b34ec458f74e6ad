/*
 * The two ceremonies of passkeys as a relying party checks them (W3C WebAuthn Level 3, sections 7.1 and 7.2; users.md rule 23):
 * what a browser sent in, a verdict out. Nothing is stored or read here.
 */
#ifndef GATEHOUSE_LIB_WEBAUTHN_H
#define GATEHOUSE_LIB_WEBAUTHN_H

#include "lib/arena.h"

#define WEBAUTHN_CHALLENGE_LEN	   32
#define WEBAUTHN_CREDENTIAL_ID_MAX 1023
/* What either response may hold in all. */
#define WEBAUTHN_BYTES_MAX ((size_t)64 * 1024)

enum webauthn_fault {
	WEBAUTHN_GOOD = 0,
	WEBAUTHN_MALFORMED,
	WEBAUTHN_OTHER_TYPE,
	WEBAUTHN_OTHER_CHALLENGE,
	WEBAUTHN_OTHER_ORIGIN,
	WEBAUTHN_CROSS_ORIGIN,
	WEBAUTHN_OTHER_RP_ID,
	WEBAUTHN_USER_ABSENT,
	WEBAUTHN_USER_UNVERIFIED,
	WEBAUTHN_BACKED_UP_INELIGIBLE,	/* BS without BE */
	WEBAUTHN_ELIGIBILITY_CHANGED,	/* BE isn't what it was */
	WEBAUTHN_ID_TOO_LONG,
	WEBAUTHN_KEY_UNUSABLE,		/* another algorithm, or no key */
	WEBAUTHN_WRONG_SIGNATURE,
	WEBAUTHN_COUNTER_STANDS,	/* the sign count didn't rise: perhaps a copy of the authenticator */
	WEBAUTHN_FAULT_COUNT
};

/* For the log: "other challenge". */
const char *webauthn_fault_name(enum webauthn_fault) RETURNS_NONNULL;

/* What was asked for. */
struct webauthn_ceremony {
	const char *rp_id;
	struct strings origins;
	struct bytes challenge;
	bool needs_user_verification;
};

struct webauthn_credential {
	struct bytes id;
	struct bytes public_key;	/* COSE, as sent */
	int64_t sign_count;
	bool is_backup_eligible, is_backed_up;
};

struct webauthn_registration {
	struct bytes client_data_json;
	struct bytes attestation_object;
};

struct webauthn_assertion {
	struct bytes client_data_json;
	struct bytes authenticator_data;
	struct bytes signature;
};

/* What an assertion changes about its credential, and says about the person. */
struct webauthn_use {
	int64_t sign_count;
	bool is_backed_up;
	bool is_user_verified;
};

/*
 * The challenge that client data answers, before anything else is looked at: who stores challenges by their digest finds them so. False when
 * there is none.
 */
bool webauthn_challenge(struct arena *, struct bytes client_data_json, struct bytes *ret_challenge);
/* A new credential; its octets are borrowed from the registration. The attestation's statement is never trusted, so never read. */
enum webauthn_fault webauthn_register(struct arena *, const struct webauthn_ceremony *, const struct webauthn_registration *,
				      struct webauthn_credential *ret) MUST_CHECK;
/* A use of a known one. */
enum webauthn_fault webauthn_authenticate(struct arena *, const struct webauthn_ceremony *, const struct webauthn_credential *,
					  const struct webauthn_assertion *, struct webauthn_use *ret) MUST_CHECK;

#endif

/*
 * Passkey ceremonies with what they need from the database: a challenge that lives 5 minutes and is taken away before its answer is looked
 * at, and the credentials of a project's people (users.md rule 23).
 */
#ifndef GATEHOUSE_DOMAIN_PASSKEYS_H
#define GATEHOUSE_DOMAIN_PASSKEYS_H

#include "domain/factors.h"

/* As whom a project speaks to authenticators. */
struct passkey_site {
	const char *project_id;
	const char *rp_id, *rp_name;
	struct strings origins;
};

/* From the settings; what they don't say comes from the issuer's address and the project's name. Texts are the arena's or borrowed. */
struct passkey_site passkey_site_of(struct tx *, const char *project_id, const char *project_name, const struct sign_in_settings *);

/*
 * bound_to: the session or flow that begins and ends the ceremony (ses_, flw_); its answer counts nowhere else.
 *
 * The options are JSON text as navigator.credentials takes it (WebAuthn Level 3 sections 5.4 and 5.5, the JSON forms).
 */
enum err passkey_register_options(struct tx *, const struct passkey_site *, const struct factor_owner *, const char *bound_to,
				  const char **ret_json) MUST_CHECK;
/*
 * A passkey more. ERR_PASSKEY_EXISTS; ERR_PLAN_LIMIT_REACHED with 20 of them; ERR_VALIDATION_FAILED with *ret_reason when the answer isn't
 * good. What was taken away is to be committed all the same.
 */
enum err passkey_register(struct tx *, const struct passkey_site *, const struct factor_owner *, const char *bound_to,
			  const char *credential_json, const char *name, struct user_factor_row *ret, const char **ret_reason) MUST_CHECK;

/* allowed_user_id: whose passkeys are named; NULL: none, so that the answer is the same for everybody. */
enum err passkey_sign_in_options(struct tx *, const struct passkey_site *, const char *allowed_user_id, const char *bound_to,
				 const char **ret_json) MUST_CHECK;

struct passkey_proof {
	const char *user_id;
	bool is_user_verified;
};

/*
 * Who it is. ERR_INVALID_CREDENTIALS with *ret_reason for any fault; what was taken away and recorded is to be committed all the same.
 * needs_verification: the passkey is the only factor.
 */
enum err passkey_prove(struct tx *, const struct passkey_site *, const char *bound_to, const char *credential_json,
		       bool needs_verification, struct passkey_proof *ret, const char **ret_reason) MUST_CHECK;

/* ---- between the two files ---- */

/* Ceremonies as one_time_tokens.purpose names them. */
#define PASSKEY_REGISTER "passkey_register"
#define PASSKEY_SIGN_IN	 "passkey_sign_in"
#define PASSKEYS_MAX	 20
#define PASSKEY_LIFE_MS	 (5 * MINUTE_MS)

#endif

/*
 * A person's second factors: authenticator apps, passkeys, phones and backup codes (users.md rules 20 to 24). What proves a sign-in and what
 * changes them; domain/passkeys.h has the ceremonies.
 *
 * Whatever changes factors writes the person's row first, records it, and tells the person by mail.
 */
#ifndef GATEHOUSE_DOMAIN_FACTORS_H
#define GATEHOUSE_DOMAIN_FACTORS_H

#include "domain/settings.h"
#include "sql/tx.h"

struct user_factor_row;

/* Whose factors; texts are borrowed. */
struct factor_owner {
	const char *project_id;
	const char *org_id;	/* the project's; NULL: looked up */
	const char *user_id;
	const char *email;	/* NULL: there is nobody to tell */
	const char *name;	/* NULL or "" when unknown */
};

/* ---- how a factor is shown: keys and seeds never ---- */

struct factor_view {
	const char *id, *user_id, *kind, *name;
	bool confirmed, backed_up;
	int64_t created_at, last_used_at;
};

extern const struct field factor_fields[];

struct factor_view factor_view_of(const struct user_factor_row *);

#define FACTOR_NAME_MAX 120

/* ---- which there are ---- */

/* Bits of what somebody can prove: 1u << enum mfa_method, and this one. */
#define FACTOR_BACKUP_CODE (1u << MFA_METHOD_COUNT)

/* Confirmed ones alone. Nothing for nobody. */
enum err factor_kinds(struct tx *, const char *project_id, const char *user_id, unsigned *ret_kinds) MUST_CHECK;

/* ---- changing them ---- */

/* ERR_NO_ROW. */
enum err factor_rename(struct tx *, const struct factor_owner *, const char *factor_id, const char *name,
		       struct user_factor_row *ret) MUST_CHECK;
/*
 * ERR_NO_ROW; ERR_LAST_SIGN_IN_METHOD when nothing would be left to sign in with. Backup codes go with the last factor they stand in for.
 */
enum err factor_remove(struct tx *, const struct factor_owner *, const char *factor_id) MUST_CHECK;
/* All of them, backup codes too, whatever is left: for a person who can't get in. *ret_count: how many factors there were. */
enum err factors_clear(struct tx *, const struct factor_owner *, uint64_t *ret_count) MUST_CHECK;

/* ---- authenticator apps ---- */

struct totp_begun {
	const char *factor_id;
	const char *secret;	/* base32, as people type it; registered to be wiped, as are the others */
	const char *otpauth_uri;
	const char *qr_svg;
};

extern const struct field totp_begun_fields[];

/* A seed that doesn't count before its first code; one that waited before is dropped. */
enum err totp_begin(struct tx *, const struct factor_owner *, struct totp_begun *ret) MUST_CHECK;
/* Its first code: it takes the place of the app before, and a new set of backup codes is made. ERR_INVALID_CODE, also when none waits. */
enum err totp_confirm(struct tx *, const struct factor_owner *, const char *code, struct strings *ret_codes) MUST_CHECK;
/* Each step is taken once. ERR_INVALID_CODE. */
enum err totp_use(struct tx *, const struct factor_owner *, const char *code) MUST_CHECK;

/* ---- phones ---- */

/* A number that was just proven; it takes the place of the one before. */
enum err phone_factor_set(struct tx *, const struct factor_owner *, const char *number) MUST_CHECK;
/* Where codes go. ERR_NO_ROW. */
enum err phone_factor_number(struct tx *, const struct factor_owner *, const char **ret_number) MUST_CHECK;
enum err phone_factor_used(struct tx *, const struct factor_owner *) MUST_CHECK;

/* ---- backup codes ---- */

struct backup_codes_view {
	struct strings backup_codes;
};

extern const struct field backup_codes_fields[];

/* A new set of ten; the old one is void. Registered to be wiped. */
enum err backup_codes_make(struct tx *, const struct factor_owner *, struct strings *ret_codes) MUST_CHECK;
/* Each works once. ERR_INVALID_CODE. */
enum err backup_code_use(struct tx *, const struct factor_owner *, const char *typed) MUST_CHECK;

/* ---- for the files that change factors ---- */

/* The guard: the person's row. ERR_NO_ROW when they are gone. */
enum err factor_guard(struct tx *, const struct factor_owner *) MUST_CHECK;
/* The record; and the mail, when `told` says what changed ("An authenticator app was added"). */
enum err factor_record(struct tx *, const struct factor_owner *, enum event, const char *factor_id, const char *label,
		       const char *told) MUST_CHECK;
/* Where a factor's secret is sealed. */
struct seal_place factor_seal_place(const char *project_id, const char *factor_id);

#endif

/*
 * Using an invitation: by a signed-in person, or by a sign-up that carries its secret; or joining by a code.
 */
#ifndef GATEHOUSE_DOMAIN_INVITATIONS_H
#define GATEHOUSE_DOMAIN_INVITATIONS_H

#include "domain/caps.h"
#include "sql/tx.h"

struct q_invitation_by_secret_row;

struct invitation_accepted {
	const char *org_id;
	const char *member_id;
	const char *role;
	struct cap cap;		/* of ERR_PLAN_LIMIT_REACHED alone */
};

/* What an invitation may be; NULL at the end. */
extern const char *const invitation_statuses[];

/* The numbers that its status follows from. */
struct invitation_state {
	const char *kind;		/* email, code */
	int64_t uses, max_uses;
	int64_t revoked_at;		/* NONE: not withdrawn */
	int64_t expires_at;
};
const char *invitation_status(const struct invitation_state *, int64_t now_ms);

/* Whatever has become of it. ERR_NOT_FOUND for an unknown or malformed secret (rule 12; no query for a wrong checksum). */
enum err invitation_find(struct tx *, const char *secret, struct q_invitation_by_secret_row *ret) MUST_CHECK;
/* The same for an invite code, as it was typed. */
enum err invitation_find_code(struct tx *, const char *typed, struct q_invitation_by_secret_row *ret) MUST_CHECK;

/*
 * What the secret opens, without using it. ERR_NOT_FOUND, ERR_INVITATION_EXPIRED, _REVOKED, _USED; *ret_email_key is the invited address.
 */
enum err invitation_check(struct tx *, const char *secret, const char **ret_email_key) MUST_CHECK;

/*
 * Makes the person a member (tenancy rules 9 to 12), in the caller's transaction, the organization's guard first. verified_email_key is the
 * person's verified address, NULL when it isn't verified: ERR_INVITATION_EMAIL_MISMATCH unless it is the invited one. Also
 * ERR_ALREADY_MEMBER and what invitation_check() says. Records invitation.accepted and member.added.
 */
enum err invitation_accept(struct tx *, const char *secret, const char *user_id, const char *verified_email_key,
			   struct invitation_accepted *ret) MUST_CHECK;

/*
 * Makes the person a member by a code (rules 9 to 12), the organization's guard first. The caller has seen that their address is verified. A
 * code counts each person once: who was removed can't come back by it (ERR_INVITATION_USED). Errors and records as above.
 */
enum err invitation_join(struct tx *, const char *typed_code, const char *user_id, struct invitation_accepted *ret) MUST_CHECK;

/* Ends an e-mail invitation for good: its link came to somebody who doesn't want it. Records invitation.declined. */
enum err invitation_decline(struct tx *, const char *secret) MUST_CHECK;

#endif

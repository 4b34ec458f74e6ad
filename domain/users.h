/*
 * People of a project: making them, their passwords, their sessions. The console's own people are users of project zero.
 */
#ifndef GATEHOUSE_DOMAIN_USERS_H
#define GATEHOUSE_DOMAIN_USERS_H

#include "sql/tx.h"

struct user_make {
	const char *project_id;
	const char *email;		/* as typed; checked by email_key() before */
	const char *email_key;
	const char *name;		/* "" when unknown */
	const char *password_phc;	/* NULL: no password */
	const char *locale;		/* NULL: unknown */
	bool email_verified;
};

/* ERR_EMAIL_TAKEN. Records user.created. */
enum err user_make(struct tx *, const struct user_make *, const char **ret_user_id) MUST_CHECK;

/*
 * A new console user of their own: user, organization "{name}'s organization", owner, Default project (tenancy rule 1), one transaction.
 * org_name NULL: that default.
 */
enum err user_sign_up(struct tx *, const struct user_make *, const char *org_name, const char *joined_via, const char **ret_user_id,
		      const char **ret_org_id) MUST_CHECK;

struct session_make {
	const char *project_id;
	const char *user_id;
	const char *client_id;		/* NULL */
	const char *org_id;		/* console: where it starts working; NULL: the person's latest session's, else the oldest membership's */
	const char *auth_strength;	/* password, email_otp, magic_link … */
	const char *amr;		/* "pwd" */
};

struct session_made {
	const char *id;
	const char *token;	/* for the cookie; registered to be wiped */
	int64_t expires_at;
};

/* Records session.created. The address and user agent are the transaction's. */
enum err session_make(struct tx *, const struct session_make *, struct session_made *ret) MUST_CHECK;

/*
 * Ends sessions (all of the user's but `except_id`, which may be NULL) and mailed links, raises token_version; users.md rules 17 and 30.
 */
enum err user_end_sessions(struct tx *, const char *project_id, const char *user_id, const char *except_id) MUST_CHECK;

/* A new password for a user; the hash is made before the transaction. Ends mailed links; not sessions. */
enum err user_set_password(struct tx *, const char *project_id, const char *user_id, const char *phc) MUST_CHECK;

/* Lifetimes of a browser session (conventions.md section 4). */
#define SESSION_IDLE_MS (30 * DAY_MS)
#define SESSION_MAX_MS (90 * DAY_MS)
#define RECENT_SIGN_IN_MS (5 * MINUTE_MS)

#endif

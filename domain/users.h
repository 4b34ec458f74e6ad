/*
 * People of a project: making them, their passwords, their sessions. The console's own people are
 * users of project zero.
 */
#ifndef GATEHOUSE_DOMAIN_USERS_H
#define GATEHOUSE_DOMAIN_USERS_H

#include "lib/lifetimes.h"
#include "sql/tx.h"

/*
 * Whose chain records what happens to a project's people. known_org_id is the answer when it isn't
 * NULL.
 */
enum err user_project_org(struct tx *, const char *project_id, const char *known_org_id,
			  const char **ret_org_id) MUST_CHECK;

struct user_make {
	const char *project_id;
	const char *org_id; /* the project's; NULL: looked up */
	const char *email;  /* as typed; checked by email_key() before; NULL: none */
	const char *email_key;
	const char *phone;       /* NULL: none; so are the next two */
	const char *username;    /* lower case */
	const char *external_id;
	const char *name;         /* "" when unknown */
	const char *password_phc; /* NULL: no password */
	const char *password_scheme; /* of another system's hash; NULL: argon2id */
	const char *locale;       /* NULL: unknown */
	const char *metadata;     /* a JSON object; NULL: {} */
	bool email_verified;
	bool phone_verified;
	bool is_anonymous;
	const char *status; /* active or deactivated; NULL: active */
	bool is_made_by_member; /* who vouches for what the account was made with (user_prove_email()) */
	bool is_unrecorded; /* the caller records them */
	bool acts; /* signs up alone: becomes the transaction's actor */
};

/* A duplicate key of users becomes ERR_EMAIL_TAKEN, USERNAME_TAKEN, PHONE_TAKEN or EXTERNAL_ID_TAKEN; anything else passes. */
enum err user_taken(struct tx *, enum err) MUST_CHECK;

/* What a new user's token_version is. */
#define USER_FIRST_TOKEN_VERSION 1

/* ERR_EMAIL_TAKEN, USERNAME_TAKEN, PHONE_TAKEN, EXTERNAL_ID_TAKEN. Records user.created. */
enum err user_make(struct tx *, const struct user_make *, const char **ret_user_id) MUST_CHECK;

/*
 * A new console user of their own: user, organization "{name}'s organization", owner, Default
 * project (tenancy rule 1), one transaction. org_name NULL: that default.
 */
enum err user_sign_up(struct tx *, const struct user_make *, const char *org_name,
		      const char *joined_via, const char **ret_user_id,
		      const char **ret_org_id) MUST_CHECK;

struct session_make {
	const char *project_id;
	const char *project_org_id; /* the project's organization; NULL: looked up */
	const char *user_id;
	const char *client_id;     /* NULL */
	const char *parent_id;     /* the sign-in with which it dies; NULL: it is one itself */
	const char *org_id;        /* console: where it starts working; NULL: the person's latest
				      session's, else the oldest membership's */
	const char *auth_strength; /* password, email_otp, magic_link … */
	const char *amr;           /* "pwd" */
	int64_t max_ms;            /* how long it may last; 0: SESSION_MAX_MS */
	const char *impersonator_id; /* the person of the console who acts in the user's name; NULL */
	const char *impersonation_reason;
	int64_t level;             /* 2 with a second factor, else NONE or 1 */
};

struct session_made {
	const char *id;
	const char *token; /* for the cookie; registered to be wiped */
	int64_t expires_at;
};

/* Records session.created. The address and user agent are the transaction's. */
enum err session_make(struct tx *, const struct session_make *,
		      struct session_made *ret) MUST_CHECK;

/*
 * May somebody of this status sign in, the right credential given? ERR_USER_BANNED,
 * ERR_USER_DEACTIVATED. A ban that is over doesn't count.
 */
enum err user_may_sign_in(const char *status, int64_t ban_expires_at, int64_t now_ms) MUST_CHECK;

/*
 * The user's row, written before the session's: notes the sign-in, lifts a ban that is over, calls
 * off a deletion. ERR_NO_ROW when the person may not sign in any more, or when token_version has
 * risen since they proved who they are.
 */
enum err user_signed_in(struct tx *, const char *project_id, const char *user_id,
			int64_t token_version) MUST_CHECK;

/*
 * The address is proven. For the first time on this account: whatever password, session or link is
 * older than the proof is dropped, unless a member made the account (users.md rule 19), and
 * *ret_is_first is true. Records email.verified then.
 */
enum err user_prove_email(struct tx *, const char *project_id, const char *user_id,
			  const char *email, bool *ret_is_first) MUST_CHECK;

/* The number is proven. Records phone.verified when it is for the first time on this account. */
enum err user_prove_phone(struct tx *, const char *project_id, const char *user_id,
			  const char *phone) MUST_CHECK;
/*
 * A guest becomes a user with credentials and keeps id and data (rule 27). make says which ones.
 * ERR_NOT_ANONYMOUS, ERR_EMAIL_TAKEN, ERR_USERNAME_TAKEN. Records user.updated.
 */
enum err user_upgrade(struct tx *, const char *user_id, const struct user_make *) MUST_CHECK;

/*
 * A new token for a session that goes on; the old one dies. proven: the person has just shown who
 * they are (authenticated_at). ERR_NO_ROW.
 */
enum err session_rotate(struct tx *, const char *project_id, const char *user_id,
			const char *session_id, bool proven, const char **ret_token) MUST_CHECK;

/*
 * Ends one session of this user; records session.revoked. ERR_NO_ROW when there is none, or it has
 * ended.
 */
enum err session_end(struct tx *, const char *project_id, const char *user_id,
		     const char *session_id) MUST_CHECK;

/*
 * Ends sessions (all of the user's but `except_id`, which may be NULL) and mailed links, raises
 * token_version; users.md rules 17 and 30. The user's row is written first. Records session.revoked
 * once, with the count, when there was one.
 */
enum err user_end_sessions(struct tx *, const char *project_id, const char *user_id,
			   const char *except_id) MUST_CHECK;

/*
 * A new password for a user; the hash is made before the transaction. Ends mailed links, not
 * sessions, and forgives counted failures. Records nothing: the caller knows whether it was changed
 * or set anew. proven_version: the token_version that a mailed proof rests on (ERR_FLOW_EXPIRED when
 * another reset has ended it meanwhile); NONE for a session, which is a proof by itself.
 */
enum err user_set_password(struct tx *, const char *project_id, const char *user_id,
			   const char *phc, int64_t proven_version) MUST_CHECK;

#endif

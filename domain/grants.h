/*
 * What people allow clients to do (oauth.md rules 12 to 20 and 34): given with a code, and ended by the person, with their sign-in, or
 * because a code or token of it was used twice.
 */
#ifndef GATEHOUSE_DOMAIN_GRANTS_H
#define GATEHOUSE_DOMAIN_GRANTS_H

#include "sql/tx.h"

/* What an app's request for a code has become. */
struct grant_make {
	const char *project_id, *org_id;
	const char *user_id, *session_id;
	const char *client_id, *client_name;
	struct bytes client_digest;	/* of what the person saw of the client */
	const char *issuer, *resource, *scope;
	const char *work_org_id;	/* in the console, the organization that its tokens work in; else NULL */
	bool is_offline;		/* outlives the sign-in */
	int64_t expires_at;
	/* Of the code; a grant without one needs none of it. */
	const char *redirect_uri;
	bool is_uri_named;
	const char *challenge, *nonce;	/* may be NULL */
	const char *dpop_jkt;		/* the key that has to redeem it; may be NULL */
};

/* A grant and the code that stands for it, to be redeemed within CODE_LIFE_MS. Records grant.created. */
#define CODE_LIFE_MS (60 * SECOND_MS)
enum err grant_make(struct tx *, const struct grant_make *, const char **ret_code) MUST_CHECK;

/* The grant alone. Records grant.created. */
enum err grant_add(struct tx *, const struct grant_make *, const char **ret_grant_id) MUST_CHECK;

/* Ends it with all its tokens; recorded as `event`. OK too when it has ended already, which records nothing. */
enum err grant_revoke(struct tx *, enum event, const char *org_id, const char *project_id, const char *grant_id,
		      const char *client_id) MUST_CHECK;

/* Ends all that a client has of a person, with all the tokens; recorded once, as the revocation of the grant that was pointed at. */
enum err grant_revoke_app(struct tx *, const char *org_id, const char *project_id, const char *grant_id, const char *client_id,
			  const char *user_id) MUST_CHECK;

#endif

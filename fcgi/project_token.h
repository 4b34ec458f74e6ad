/*
 * Access tokens of projects (RFC 9068), wherever they are shown: what one says, and whether it still counts.
 */
#ifndef GATEHOUSE_FCGI_PROJECT_TOKEN_H
#define GATEHOUSE_FCGI_PROJECT_TOKEN_H

#include "fcgi/request.h"
#include "lib/access_token.h"
#include "sql/gen/queries.h"

/*
 * Does the sign-in that a grant came from last by the policy of today (users.md rule 29)? Of a row with session_made_at, session_seen_at,
 * grant_used_at and settings_body: what the client does with the grant is use, too.
 */
#define PROJECT_SIGN_IN_LASTS(rq, row)                                                                                   \
	project_sign_in_lasts(rq, (row)->settings_body, (row)->session_made_at, (row)->session_seen_at, (row)->grant_used_at)
bool project_sign_in_lasts(const struct request *, const char *settings_body, int64_t made_at, int64_t seen_at, int64_t used_at);

/* An access token with what the database knows of it. */
struct oauth_token {
	bool is_active;
	struct access_token token;		/* set when it is active; so is the next */
	struct q_oauth_token_state_row state;
};

/* Does it look like a JWT? No secret of ours does. */
bool project_token_is_one(const char *text);
/*
 * Is this an access token that the project issued, that lives, that nobody has revoked, and whose client, grant, person and sign-in still
 * count? project_id or issuer NULL: what it names itself; the caller compares with state.issuer_client_id. OK with is_active false for anything else;
 * an error only when the database fails.
 */
enum err project_token_read(const struct request *, struct db *, const char *project_id, const char *issuer, const char *text,
			    struct oauth_token *ret) MUST_CHECK;

#endif

/*
 * The accounts of one browser: its cookie holds a token for each session, the active account's
 * first (users.md section 4).
 */
#ifndef GATEHOUSE_HANDLERS_USERS_BROWSER_H
#define GATEHOUSE_HANDLERS_USERS_BROWSER_H

#include "fcgi/request.h"
#include "sql/gen/queries.h"

struct browser_account {
	const char *token;
	struct q_session_in_browser_row row;
};

/* Those of the cookie's sessions that still work, in the cookie's order. ret has room for all. */
enum err browser_read(const struct request *, struct tx *, const char *project_id,
		      const struct session_policy *, const struct browser *,
		      struct browser_account ret[BROWSER_ACCOUNTS_MAX],
		      size_t *ret_count) MUST_CHECK;
/* Whose session is about to begin, or to get a new token. */
struct browser_guest {
	const char *project_id;
	const char *user_id;
	const struct session_policy *policy;
	const char *renewed_id; /* the session that gets a new token; NULL: a new session */
	bool is_alone;		/* a new session ends the other accounts' */
};

/*
 * Makes room for one more account: tokens[0] is the caller's to fill. The person's own earlier session
 * here ends, and so does what there is no room for: a session that nobody can see is one that nobody
 * ends (SE-03).
 */
enum err browser_make_room(const struct request *, struct tx *, const struct browser_guest *,
			   struct browser *) MUST_CHECK;

#endif

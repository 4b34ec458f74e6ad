/*
 * An app's request while pages of ours are shown for it: what is missing, the row in which it waits, and how it goes on (oauth.md rules 10 to 13).
 */
#ifndef GATEHOUSE_HANDLERS_OAUTH_WAITING_H
#define GATEHOUSE_HANDLERS_OAUTH_WAITING_H

#include "handlers/oauth/ask.h"

enum next { NEXT_SIGN_IN, NEXT_SELECT_ACCOUNT, NEXT_CONSENT, NEXT_CODE };

/* When the app asked, and for which of the browser's sessions the person has decided since (NULL: none). */
struct asked {
	int64_t at;
	const char *chosen_id;
};

/* What comes next. session NULL: nobody is signed in. */
enum err waiting_find_next(struct tx *, const struct oauth_app_row *, const struct ask *, const struct oauth_session_row *,
			   const struct asked *, enum next *ret) MUST_CHECK;

/* Leads the browser to the page that comes next, while the request waits: in a row of its own, or the one into which it was pushed. */
enum verdict waiting_begin(const struct request *, struct tx *, const struct oauth_app_row *, const struct ask *,
			   const struct oauth_request_row *pushed, const struct oauth_session_row *, enum next);
/* Goes on with what waits for this browser. chosen_id: the session that the person has just chosen; NULL. */
enum verdict waiting_resume(const struct request *, struct tx *, const struct oauth_app_row *, const struct oauth_request_row *,
			    const char *chosen_id);
/* From here on nobody else makes anything of it. ERR_REQUEST_EXPIRED: somebody has. */
enum err waiting_end(struct tx *, const struct oauth_request_row *) MUST_CHECK;

#endif

/*
 * One-time links to somebody who has no sign-in under way: made by those who look after a project's people, by the API or gatehousectl.
 */
#ifndef GATEHOUSE_DOMAIN_MAILED_LINK_H
#define GATEHOUSE_DOMAIN_MAILED_LINK_H

#include "sql/tx.h"

enum mailed_link {
	MAILED_LINK_RESET,	  /* begins a recovery that stands at the new password */
	MAILED_LINK_VERIFICATION, /* proves the address, and asks for a proof of who it is */
	MAILED_LINK_SIGN_IN,	  /* is the first factor */
	MAILED_LINK_COUNT,
};

struct mailed_link_order {
	enum mailed_link kind;
	const char *project_id;
	const char *user_id;
	const char *email; /* theirs: the link dies with it, and the record calls them by it */
	int64_t life_ms;
};

/*
 * The older ones of this user and kind die. The URL is a page of the project, hosted or of the app's own
 * (redirect_settings), with the token behind the #; registered to be wiped.
 * ERR_NO_ROW when there is no such project. A reset records password.reset_requested.
 */
enum err mailed_link_make(struct tx *, const struct mailed_link_order *, const char **ret_url) MUST_CHECK;

/* Of one_time_tokens.purpose; false for links that belong to a flow, whose flow_id isn't NULL. */
bool mailed_link_parse(const char *purpose, enum mailed_link *ret);

#endif

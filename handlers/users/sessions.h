/*
 * A session as its person sees it, for the routes that show one or many.
 */
#ifndef GATEHOUSE_HANDLERS_USERS_SESSIONS_H
#define GATEHOUSE_HANDLERS_USERS_SESSIONS_H

#include "fcgi/request.h"
#include "sql/gen/queries.h"

struct session_view {
	const char *id, *user_id, *client_id, *session_class, *auth_strength, *amr;
	int64_t level, authenticated_at;
	const char *ip, *user_agent, *device, *workspace_id, *impersonated_by;
	int64_t created_at, last_seen_at, expires_at;
	bool current;
};

extern const struct field session_fields[];
/* policy: of the project whose session it is. */
struct session_view session_view_of(const struct request *, const struct session_policy *policy,
				    const struct session_row *);

#endif

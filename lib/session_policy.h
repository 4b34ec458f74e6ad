/*
 * How long a project's sessions last (users.md sections 2 and 5, rule 29). The policy of today
 * judges sessions of any age, so that a shorter one ends them at once.
 */
#ifndef GATEHOUSE_LIB_SESSION_POLICY_H
#define GATEHOUSE_LIB_SESSION_POLICY_H

#include "lib/arena.h"

struct session_policy {
	int64_t max_ms;     /* from the sign-in to the end, however it is used */
	int64_t idle_ms;    /* without use */
	bool multi_session; /* a browser may hold several accounts */
};

/* From the stored sign-in settings; NULL, and what isn't there or can't be read: the defaults.
 * Never fails. */
struct session_policy session_policy_parse(struct arena *, const char *settings_body);
bool session_policy_allows(const struct session_policy *, int64_t created_at, int64_t last_seen_at,
			   int64_t now_ms);
/* When a session of this row ends unless it is used. expires_at: the end it was made with. */
int64_t session_policy_end(const struct session_policy *, int64_t created_at, int64_t last_seen_at,
			   int64_t expires_at);

#endif

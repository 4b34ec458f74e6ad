/*
 * Whether a user may be here: deactivated, banned, unlocked, deleted (users.md rules 30, 31 and 34).
 */
#ifndef GATEHOUSE_DOMAIN_USER_STATUS_H
#define GATEHOUSE_DOMAIN_USER_STATUS_H

#include "domain/user_object.h"

/* A deleted user's empty row is kept that long. */
#define DELETED_USERS_MS (30 * DAY_MS)

struct user_ban {
	const char *reason;
	int64_t expires_at; /* NONE: for ever */
};

/*
 * All of them: org_id is the project's; the row is the user as they are now, after the caller's guard. What ends somebody's access ends their
 * sessions, mailed links and older tokens in the same transaction. In the console ERR_LAST_OWNER when an organization would be left
 * without an owner who may sign in. Each records its event.
 */
enum err user_deactivate(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *) MUST_CHECK;
enum err user_ban(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *, const struct user_ban *) MUST_CHECK;
/* Erases the person, in the console their memberships too. */
enum err user_delete(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *) MUST_CHECK;

/* The same at delete_at, unless they sign in before; their sessions end now. Records user.updated. */
enum err user_delete_later(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *,
			   int64_t delete_at) MUST_CHECK;

/* Of somebody deactivated, or whose deletion is pending. */
enum err user_activate(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *) MUST_CHECK;
enum err user_unban(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *) MUST_CHECK;
/* Forgives counted failures. */
enum err user_unlock(struct tx *, const char *org_id, const char *project_id, const struct user_object_row *) MUST_CHECK;

#endif

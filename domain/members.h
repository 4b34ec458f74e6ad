/*
 * Who belongs to an organization, and what ends with it.
 */
#ifndef GATEHOUSE_DOMAIN_MEMBERS_H
#define GATEHOUSE_DOMAIN_MEMBERS_H

#include "lib/permissions.h"
#include "sql/tx.h"

/* struct member_row of queries.h. */
extern const struct field member_fields[];

struct member_row;

/* After org_guard(). ERR_ALREADY_MEMBER. Records member.added; event_project_id is the organization's default project. */
struct member_add {
	const char *org_id;
	const char *user_id;
	enum role role;
	const char *joined_via;		/* invitation, invite_code, sso, scim */
	const char *event_project_id;
};
enum err member_add(struct tx *, const struct member_add *, const char **ret_member_id) MUST_CHECK;

/*
 * After org_guard(): removes the member with their tokens, overrides and open invitations (rule 7). ERR_LAST_OWNER.
 * event: EV_MEMBER_REMOVED or EV_MEMBER_LEFT.
 */
enum err member_remove(struct tx *, const struct member_row *, enum event, const char *event_project_id) MUST_CHECK;

/* After org_guard(). ERR_LAST_OWNER when it would leave none. Records member.role_changed. */
enum err member_change_role(struct tx *, const struct member_row *, enum role, const char *event_project_id) MUST_CHECK;

#endif

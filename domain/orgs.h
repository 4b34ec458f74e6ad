/*
 * Making and ending organizations: what sign-up, setup, the dashboard and gatehousectl all need.
 */
#ifndef GATEHOUSE_DOMAIN_ORGS_H
#define GATEHOUSE_DOMAIN_ORGS_H

#include "sql/gen/queries.h"
#include "sql/tx.h"

/* struct org_row of queries.h. */
extern const struct field org_fields[];

struct org_make {
	const char *name;
	const char *slug;		/* NULL: derived from the name, then -2, -3 … */
	const char *description;	/* NULL: none */
	const char *logo_url;		/* NULL: none */
	bool discoverable;
	const char *owner_user_id;	/* a user of the console; becomes the owner. NULL: none yet (setup) */
	const char *joined_via;		/* setup, sign_up */
};

struct org_made {
	const char *id;
	const char *slug;
	const char *member_id;
	const char *default_project_id;
};

/*
 * Organization, owner, project Default (tenancy rule 1) and its client, with audit rows and events. ERR_SLUG_CONFLICT when a given slug
 * is taken. Texts in the result are the arena's.
 */
enum err org_make(struct tx *, const struct org_make *, struct org_made *ret) MUST_CHECK;

/*
 * Gives an organization found without a default project one, in a transaction of its own, at most once (rule 21). Declared for the request
 * pipeline in fcgi/route.h too, which doesn't look into this room.
 */
enum err gatehouse_make_default_project(struct tx *, const char *org_id) MUST_CHECK;

/* Writes the organization's guard column: the first statement of whatever changes members, projects or caps. ERR_NO_ROW when it is gone. */
enum err org_guard(struct tx *, const char *org_id) MUST_CHECK;

/* Status deleted, slug freed, all projects deleted as project_delete does, keys and invitations stopped (rule 16). After org_guard(). */
enum err org_delete(struct tx *, const char *org_id) MUST_CHECK;

/*
 * After org_guard(): suspends the organization, or resumes it. Nothing is recorded when it is so already. ERR_CANNOT_SUSPEND_OPERATOR_ORG,
 * ERR_NO_ROW.
 */
enum err org_suspend(struct tx *, const char *org_id, bool is_suspended) MUST_CHECK;

/*
 * After org_guard(): puts the organization on a plan, which is one of the console's, or takes its own away (NULL). What it has beyond it stays.
 * ERR_PLAN_ARCHIVED.
 */
enum err org_set_plan(struct tx *, const char *org_id, const struct plan_row *) MUST_CHECK;

#endif

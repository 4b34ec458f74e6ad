/*
 * Making and ending projects.
 */
#ifndef GATEHOUSE_DOMAIN_PROJECTS_H
#define GATEHOUSE_DOMAIN_PROJECTS_H

#include "sql/tx.h"

#define PROJECT_NAME_MAX 255
#define PROJECT_REDIRECT_URI_SEED "http://localhost/callback"

/* What these columns may hold; NULL at the end. */
extern const char *const project_types[];
extern const char *const project_environments[];

struct project_make {
	const char *org_id;
	const char *name;
	const char *slug;		/* NULL: derived from the name, then -2, -3 … Reserved ones are the caller's to refuse */
	const char *type;		/* web, mcp, hybrid */
	const char *environment;	/* live, test */
	const char *description;	/* NULL: none */
	const char *logo_url;		/* NULL: none */
	struct strings redirect_uris;	/* none: http://localhost/callback */
	bool is_default;		/* becomes the organization's default */
	bool with_secret;		/* make a client secret too */
	const char *created_by;		/* usr_ or key_, NULL: the system */
};

struct project_made {
	const char *id;
	const char *client_id;
	const char *slug;
	const char *client_secret;	/* NULL without with_secret; registered to be wiped */
};

/* Slugs nobody may take: default, console, new, prj_… */
bool project_slug_is_reserved(const char *slug);

/* struct project_row of queries.h: what a reply shows, and with FIELD_NO_DIFF what a record doesn't. */
extern const struct field project_fields[];

/*
 * Project, its default client, redirect URIs and event head, in the caller's transaction; writes the organization's guard first and records
 * project.created. ERR_SLUG_CONFLICT, ERR_NO_ROW when the organization is gone.
 */
enum err project_make(struct tx *, const struct project_make *, struct project_made *ret) MUST_CHECK;

struct project_deleted {
	uint64_t keys;		/* service keys revoked */
	uint64_t sessions;
	uint64_t clients;
};

/*
 * The organization's default from now on (rule 14); the caller has written the guard and knows that the project isn't the console. Records
 * project.default_changed when it wasn't the default before.
 */
enum err project_promote(struct tx *, const char *org_id, const char *project_id) MUST_CHECK;

/* Replaces the default client's redirect URIs; its row is the guard. */
enum err project_set_redirect_uris(struct tx *, const char *project_id, const char *client_id, struct strings uris) MUST_CHECK;

/* What the default client may be granted in a project of this type (oauth.md section 2). */
const char *project_grant_types(const char *type);

/*
 * Marks it deleted, frees the slug, stops all that acts in it (rule 16), records project.deleted. No question asked: the caller has looked,
 * after org_guard(). ERR_NO_ROW when it is gone already.
 */
enum err project_delete(struct tx *, const char *org_id, const char *project_id, struct project_deleted *ret) MUST_CHECK;

#endif

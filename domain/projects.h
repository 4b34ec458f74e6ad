/*
 * Making and ending projects.
 */
#ifndef GATEHOUSE_DOMAIN_PROJECTS_H
#define GATEHOUSE_DOMAIN_PROJECTS_H

#include "sql/tx.h"

#define PROJECT_NAME_MAX 255
#define CLIENT_NAME_MAX 120

struct project_make {
	const char *org_id;
	const char *name;
	const char *slug;		/* NULL: derived, then -2, -3 … */
	const char *type;		/* web, mcp, hybrid */
	const char *environment;	/* live, test */
	const char *description;	/* NULL: none */
	const char *logo_url;		/* NULL: none */
	struct strings redirect_uris;	/* none: http://localhost/callback */
	bool is_default;		/* becomes the organization's default */
	bool is_console;		/* made by setup alone: may have the reserved slug */
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

/*
 * Project, its default client, redirect URIs and event head, in the caller's transaction, org_guard() first (it does that itself).
 * Doesn't record(): the caller knows what it shows. ERR_SLUG_CONFLICT, ERR_NO_ROW when the organization is gone.
 */
enum err project_make(struct tx *, const struct project_make *, struct project_made *ret) MUST_CHECK;

struct project_deleted {
	uint64_t keys;		/* service keys revoked */
	uint64_t sessions;
	uint64_t clients;
};

/* Marks it deleted, frees the slug, stops all that acts in it (rule 16). No question asked: the caller has looked, after org_guard(). */
enum err project_delete(struct tx *, const char *org_id, const char *project_id, struct project_deleted *ret) MUST_CHECK;

#endif

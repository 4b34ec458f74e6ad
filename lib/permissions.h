/*
 * Roles, permissions, and who may do what. The table is lib/permissions.def.
 */
#ifndef GATEHOUSE_LIB_PERMISSIONS_H
#define GATEHOUSE_LIB_PERMISSIONS_H

#include "lib/arena.h"
#include "lib/base.h"

/* In rising order: a role has every permission of the roles below it. */
enum role {
	ROLE_NONE = 0,
	ROLE_VIEWER,
	ROLE_MEMBER,
	ROLE_MANAGER,
	ROLE_ADMIN,
	ROLE_OWNER,
	ROLE_OPERATOR,	/* never stored: an owner or admin of the operator organization */
};

enum permission {
	PERM_NONE = 0,		/* the route asks for no permission */
	PERM_IN_HANDLER,	/* depends on the object: the handler decides, a test lists the cases */
#define PERMISSION(symbol, name, least_role, grantable) PERM_##symbol,
#include "lib/permissions.def"
#undef PERMISSION
	PERM_COUNT
};

/* The words of role columns; NULL or unknown is ROLE_NONE. */
enum role role_parse(const char *text);
/* Those words, the highest first; NULL at the end. */
extern const char *const org_role_names[];
/* "owner" …; NULL for ROLE_NONE and ROLE_OPERATOR. */
const char *role_name(enum role);

/* "project.read"; NULL for PERM_NONE and PERM_IN_HANDLER. */
const char *permission_name(enum permission);
/* PERM_NONE when there is no such word. */
enum permission permission_parse(const char *text);
enum role permission_least_role(enum permission);
/* May a service key ever carry it? */
bool permission_is_grantable(enum permission);
/* Looked at with the organization role even when a project override exists (project.create, project.delete, org-level nouns). */
bool permission_is_org_level(enum permission);

bool role_has(enum role, enum permission);

/* scopes: words with single spaces between, as stored. */
bool scopes_contain(const char *scopes, enum permission);
/* Sorted, single-spaced text of every grantable permission that the role has (or all, for ROLE_OPERATOR). */
const char *scopes_of_role(struct arena *, enum role);
/* Sorted and without repeats; every word must be a grantable permission, else false and *ret_bad is the index of the first bad one. */
bool scopes_normalize(struct arena *, struct strings words, const char **ret_scopes, size_t *ret_bad);
/* The words of a stored scopes text. */
struct strings scopes_split(struct arena *, const char *scopes);

#endif

/*
 * GET /api/v1/palette/search (tenancy.md 4.1): finds whatever the person may see by id, name or slug, with the address of its page.
 */
#include "handlers/routes.h"

#include <string.h>

#include "fcgi/request.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define FOUND_MAX 40

struct palette_input {
	struct {
		bool q;
	} has;
	const char *q;
};

static const struct field palette_input[] = {
	IN_STRING(struct palette_input, q, .in = IN_QUERY, .flags = FIELD_REQUIRED, .min = 2, .max = 100,
		  .description = "A whole id or e-mail address, or part of a name or slug"),
	FIELDS_END,
};

static const char *const TYPES[] = { "org",  "project",	   "client",	  "api_key", "member",
				     "user", "invitation", "audit_event", "event",   NULL };

struct palette_item {
	const char *type;
	const char *id;
	const char *label;
	const char *sub;
	const char *org_id;
	const char *project_id;
	const char *url;
};

static const struct field palette_item_fields[] = {
	OUT_ENUM(struct palette_item, type, TYPES),
	OUT_STRING(struct palette_item, id),
	OUT_STRING(struct palette_item, label),
	OUT_STRING(struct palette_item, sub, .flags = FIELD_NULLABLE),
	OUT_ID(struct palette_item, org_id, ID_ORG),
	OUT_ID(struct palette_item, project_id, ID_PROJECT, .flags = FIELD_NULLABLE),
	OUT_STRING(struct palette_item, url, .description = "The path of its page in the dashboard"),
	FIELDS_END,
};

struct palette {
	struct field_list data;
};

static const struct field palette_fields[] = {
	OUT_LIST(struct palette, data, palette_item_fields, struct palette_item),
	FIELDS_END,
};

/* ---- what is looked for ---- */

struct needle {
	struct tx *tx;
	const char *console_id;
	const char *user_id;
	const char *only_id;	/* a token's organization */
	const char *search;
	const char *slug_search;	/* NULL: no slug can hold it */
	const char *exact_id;	/* NULL: no id was typed */
	const char *email_key;	/* NULL: no whole address was typed */
	const char *roles;	/* who may see such objects */
};

typedef enum err find(const struct needle *, struct palette_row **ret_rows, size_t *ret_count);

/* The queries have one shape; their parameters' types differ in name alone. */
#define OF_PERSON .console_id = n->console_id, .user_id = n->user_id, .only_id = n->only_id
#define FIND(name, ...)                                                                            \
	static enum err find_##name(const struct needle *n, struct palette_row **ret_rows, size_t *ret_count) \
	{                                                                                          \
		return q_palette_##name(n->tx->db,                                                 \
					&(struct q_palette_##name){ OF_PERSON, .exact_id = n->exact_id, __VA_ARGS__ }, \
					ret_rows, ret_count);                                      \
	}

FIND(orgs, .search = n->search, .slug_search = n->slug_search)
FIND(projects, .search = n->search, .slug_search = n->slug_search)
FIND(clients, .search = n->search)
FIND(api_keys, .search = n->search, .roles = n->roles)
FIND(members, .search = n->search)
FIND(users)
FIND(project_users)
FIND(invitations, .search = n->search, .roles = n->roles)
FIND(org_audit_events, .roles = n->roles)
FIND(project_audit_events, .roles = n->roles)
FIND(events, .roles = n->roles)

static enum err
find_project_users_by_email(const struct needle *n, struct palette_row **ret_rows, size_t *ret_count)
{
	const struct bytes key = { (const uint8_t *)n->email_key, n->email_key == NULL ? 0 : strlen(n->email_key) };

	if (n->email_key == NULL) {
		*ret_count = 0;
		return OK;
	}
	return q_palette_project_users_by_email(
	    n->tx->db, &(struct q_palette_project_users_by_email){ OF_PERSON, .email_key = key }, ret_rows, ret_count);
}

/* page: between /dashboard/orgs/{id}, or /dashboard/projects/{id} where the object is of a project, and what the row points to. */
static const struct kind {
	const char *type;
	enum id_kind id;
	enum permission permission;	/* PERM_NONE: every member sees them */
	bool by_name;			/* found by part of a name too */
	find *find;
	const char *page;
} KINDS[] = {
	{ "org", ID_ORG, PERM_NONE, true, find_orgs, "/projects" },
	{ "project", ID_PROJECT, PERM_NONE, true, find_projects, "" },
	{ "client", ID_ANY_CLIENT, PERM_NONE, true, find_clients, "/clients/" },
	{ "api_key", ID_API_KEY, PERM_API_KEY_READ, true, find_api_keys, "/api-keys#" },
	{ "member", ID_MEMBER, PERM_NONE, true, find_members, "/members#" },
	{ "user", ID_USER, PERM_NONE, false, find_users, "/members#" },
	{ "user", ID_USER, PERM_USER_READ, false, find_project_users, "/users/" },
	{ "user", ID_USER, PERM_USER_READ, true, find_project_users_by_email, "/users/" },
	{ "invitation", ID_INVITATION, PERM_INVITATION_READ, true, find_invitations, "/invitations#" },
	{ "audit_event", ID_AUDIT_EVENT, PERM_AUDIT_READ, false, find_org_audit_events, "/audit-log#" },
	{ "audit_event", ID_AUDIT_EVENT, PERM_AUDIT_READ, false, find_project_audit_events, "/audit-log#" },
	{ "event", ID_EVENT, PERM_EVENT_READ, false, find_events, "/events#" },
};

/* " manager admin owner " */
static const char *
roles_that_may(struct arena *arena, enum permission permission)
{
	struct buffer b = buffer_new(arena);

	buffer_char(&b, ' ');
	for (enum role role = ROLE_VIEWER; role <= ROLE_OWNER; role++)
		if (role_has(role, permission))
			buffer_printf(&b, "%s ", role_name(role));
	return buffer_string(&b);
}

static const char *
url_of(struct arena *arena, const struct kind *kind, const struct palette_row *row)
{
	bool is_project = row->project_id != NULL;

	return arena_printf(arena, "/dashboard/%s/%s%s%s", is_project ? "projects" : "orgs",
			    is_project ? row->project_id : row->org_id, kind->page, row->target == NULL ? "" : row->target);
}

struct finds {
	struct palette_item items[FOUND_MAX];
	size_t count;
};

static enum err
add_kind(struct arena *arena, const struct kind *kind, const struct needle *needle, struct finds *finds)
{
	struct palette_row *rows;
	size_t count;

	TRY(kind->find(needle, &rows, &count));
	for (size_t i = 0; i < count && finds->count < FOUND_MAX; i++)
		finds->items[finds->count++] = (struct palette_item){
			.type = kind->type,
			.id = rows[i].id,
			.label = rows[i].label,
			.sub = rows[i].sub,
			.org_id = rows[i].org_id,
			.project_id = rows[i].project_id,
			.url = url_of(arena, kind, &rows[i]),
		};
	return OK;
}

/* A whole id is looked for among its own kind alone; anything else by name, where there are names. An app's users are found by id or address. */
static bool
is_whole_id(const char *text)
{
	for (size_t i = 0; i < ARRAY_LEN(KINDS); i++)
		if (id_is_valid(KINDS[i].id, text))
			return true;
	return false;
}

static enum verdict
palette_search(const struct request *rq, struct tx *tx)
{
	const struct palette_input *in = rq->input;
	bool by_id = is_whole_id(in->q);
	struct finds finds = { .count = 0 };
	struct needle needle = {
		.tx = tx,
		.console_id = rq->console_id,
		.user_id = rq->user.id,
		.only_id = request_is_session(rq) ? NULL : rq->org.id,
		.search = like_contains(rq->arena, in->q),
		.slug_search = like_contains_ascii(rq->arena, in->q),
		.exact_id = by_id ? in->q : NULL,
	};

	email_key(rq->arena, in->q, &needle.email_key);
	for (size_t i = 0; i < ARRAY_LEN(KINDS); i++) {
		enum err e;

		if (by_id ? !id_is_valid(KINDS[i].id, in->q) : !KINDS[i].by_name)
			continue;
		needle.roles = roles_that_may(rq->arena, KINDS[i].permission);
		e = add_kind(rq->arena, &KINDS[i], &needle, &finds);
		if (e != OK)
			return fail_err(rq, e);
	}
	return reply(rq, 200, palette_fields, &(struct palette){ .data = { finds.items, finds.count } });
}

const struct route palette_routes[] = {
	{
	    .id = "palette_search",
	    .method = GET,
	    .path = "/api/v1/palette/search",
	    .summary = "Find anything by id, name or slug",
	    .description = "At most 5 of a type, each with the address of its page. A token sees its own organization's.",
	    .auth = AUTH_PERSON,
	    .tx = TX_READ_ONE,
	    .rate = RATE_SEARCH,
	    INPUT(struct palette_input, palette_input),
	    .output = palette_fields,
	    .handler = palette_search,
	},
	ROUTES_END,
};

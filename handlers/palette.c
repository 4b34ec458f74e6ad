/*
 * GET /api/v1/palette/search (tenancy.md 4.1): finds whatever the person may see by id, name or slug, with the address of its page.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/licenses.h"
#include "fcgi/request.h"
#include "lib/text.h"
#include "sql/gen/queries.h"

#define FOUND_MAX 40
/* Of a type. */
#define EACH_MAX 5
/* Licenses whose keys begin and end alike, of which one may be the key that was typed. */
#define ALIKE_MAX 100

struct palette_input {
	struct {
		bool q;
	} has;
	const char *q;
};

static const struct field palette_input[] = {
	IN_STRING(struct palette_input, q, .in = IN_QUERY, .flags = FIELD_REQUIRED, .min = 2, .max = 100,
		  .description = "A whole id, e-mail address or license key, the last four of one, or part of a name or slug"),
	FIELDS_END,
};

static const char *const TYPES[] = { "org",  "project",	   "client",	  "api_key", "member",
				     "user", "invitation", "audit_event", "event",   "license", NULL };

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
	const char *license_key;	/* what was typed, as keys are compared */
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
FIND(licenses)

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

/* ---- licenses ---- */

static bool
is_whole_key(const char *key)
{
	return license_key_is_made(key) || license_key_is_custom(key);
}

static enum err
has_key(const struct needle *n, const struct q_palette_licenses_by_key_row *row, bool *ret)
{
	struct seal_place place = license_key_place(row->project_id, row->id);
	struct bytes key;

	TRY(keyring_open(n->tx->keyring, n->tx->arena, &place, row->key_sealed, &key));
	*ret = key.len == strlen(n->license_key) && memcmp(key.data, n->license_key, key.len) == 0;
	return OK;
}

struct few {
	struct palette_row rows[EACH_MAX];
	size_t count;
};

static void
few_add(struct few *few, struct palette_row row)
{
	for (size_t i = 0; i < few->count; i++)
		if (strcmp(few->rows[i].id, row.id) == 0)
			return;
	if (few->count < EACH_MAX)
		few->rows[few->count++] = row;
}

/* By the last four of a key, or by the whole of it. */
static enum err
add_licenses_by_key(const struct needle *n, struct few *few)
{
	struct q_palette_licenses_by_key_row *rows;
	bool is_whole = is_whole_key(n->license_key), is_it = true;
	size_t count;

	if (!is_whole && (strlen(n->license_key) != LICENSE_HINT_PART || ascii_check(n->license_key) != NULL))
		return OK;
	TRY(q_palette_licenses_by_key(n->tx->db,
				      &(struct q_palette_licenses_by_key){
					  OF_PERSON,
					  .last4 = license_key_last4(n->tx->arena, n->license_key),
					  .first4 = is_whole ? license_key_first4(n->tx->arena, n->license_key) : NULL,
					  .limit = is_whole ? ALIKE_MAX : EACH_MAX,
				      },
				      &rows, &count));
	for (size_t i = 0; i < count; i++) {
		const struct q_palette_licenses_by_key_row *row = &rows[i];
		if (is_whole)
			TRY(has_key(n, row, &is_it));
		if (is_it)
			few_add(few, (struct palette_row){ row->id, row->label, row->sub, row->org_id, row->project_id, row->target });
	}
	return OK;
}

static enum err
add_licenses_by_product(const struct needle *n, struct few *few)
{
	const char *product = n->search + 1;	/* begins so: without the first % */
	struct q_palette_license_projects_row *projects;
	size_t count;

	TRY(q_palette_license_projects(n->tx->db, &(struct q_palette_license_projects){ OF_PERSON, .product = product }, &projects, &count));
	for (size_t i = 0; i < count && few->count < EACH_MAX; i++) {
		struct q_palette_licenses_by_product of = { .project_id = projects[i].id, .product = product };
		struct palette_row *rows;
		size_t more;
		TRY(q_palette_licenses_by_product(n->tx->db, &of, &rows, &more));
		for (size_t k = 0; k < more; k++)
			few_add(few, rows[k]);
	}
	return OK;
}

static enum err
find_named_licenses(const struct needle *n, struct palette_row **ret_rows, size_t *ret_count)
{
	struct few *few = ARENA_NEW(n->tx->arena, struct few);

	TRY(add_licenses_by_key(n, few));
	TRY(add_licenses_by_product(n, few));
	*ret_rows = few->rows;
	*ret_count = few->count;
	return OK;
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
	{ "license", ID_LICENSE, PERM_LICENSE_READ, false, find_licenses, "/licenses/" },
	{ "license", ID_NONE, PERM_LICENSE_READ, true, find_named_licenses, "/licenses/" },
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
		.license_key = license_key_normalise(rq->arena, in->q),
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

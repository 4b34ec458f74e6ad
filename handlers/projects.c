/*
 * /api/v1/projects (tenancy.md 4.3): the first resource, and the pattern of the others.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/caps.h"
#include "domain/clients.h"
#include "domain/orgs.h"
#include "domain/projects.h"
#include "fcgi/request.h"
#include "lib/text.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define NAME .min = 1, .max = PROJECT_NAME_MAX
#define SLUG .min = 1, .max = 64, .check = slug_check
#define DESCRIPTION .max = 500, .flags = FIELD_NULLABLE | FIELD_LINE_BREAKS
#define LOGO_URL .max = 2048, .check = https_url_check, .flags = FIELD_NULLABLE
#define REDIRECT_URIS \
	.items_min = 1, .items_max = REDIRECT_URIS_MAX, .max = REDIRECT_URI_BYTES_MAX, \
	.check = web_redirect_uri_check, .flags = FIELD_DISTINCT

/* ---- what every route of projects does to a row before it shows it ---- */

static void
finish_row(const struct request *rq, struct project_row *row)
{
	row->role = role_name(role_effective(rq->org.role, role_parse(row->role)));
}

static enum err
get_project(const struct request *rq, struct tx *tx, struct project_row *ret)
{
	struct project_row row;

	TRY(q_project_get(tx->db,
			  &(struct q_project_get){
			      .project_id = rq->project.id,
			      .org_id = rq->org.id,
			      .user_id = rq->user.id,
			  },
			  &row));
	finish_row(rq, &row);
	*ret = row;
	return OK;
}

static enum verdict
fail_slug(const struct request *rq, enum err error, const char *slug)
{
	if (error == ERR_SLUG_CONFLICT)
		return fail(rq, error, "The slug '%s' is taken in this organization.", slug == NULL ? "" : slug);
	return fail_err(rq, error);
}

/* ---- GET /projects ---- */

struct project_list_input {
	struct {
		bool is_default, environment, search;
	} has;
	bool is_default;
	const char *environment;
	const char *search;
};

static const struct field project_list_input[] = {
	IN_BOOL(struct project_list_input, is_default, .in = IN_QUERY),
	IN_ENUM(struct project_list_input, environment, project_environments, .in = IN_QUERY),
	IN_STRING(struct project_list_input, search, .in = IN_QUERY, .min = 1, .max = 100,
		  .description = "Part of the name or slug, or a whole id"),
	FIELDS_END,
};

static const char *
project_sort(const void *row)
{
	return ((const struct project_row *)row)->is_default ? "1" : "0";
}

/* Rule 18: a pinned key sees its project, an unpinned one those of its environment, none of them the console. */
static struct q_project_list
list_filter(const struct request *rq)
{
	const struct project_list_input *in = rq->input;
	bool is_key = rq->credential.kind == CREDENTIAL_SERVICE_KEY;
	struct q_project_list filter = {
		.org_id = rq->org.id,
		.user_id = rq->user.id,
		.only_id = rq->credential.pinned_project_id,
		.hidden_id = is_key ? rq->console_id : NULL,
		.environment = in->has.environment ? in->environment : NULL,
		.is_default = in->has.is_default ? in->is_default : NONE,
		.search = in->has.search ? like_contains(rq->arena, in->search) : NULL,
		.slug_search = in->has.search ? like_contains_ascii(rq->arena, in->search) : NULL,
		.search_id = in->has.search && id_is_valid(ID_PROJECT, in->search) ? in->search : NULL,
		.after_id = rq->page.after_id,
		.after_rank = rq->page.after_sort != NULL && rq->page.after_sort[0] == '1',
		.limit = rq->page.limit + 1,
	};

	if (is_key)
		filter.environment = rq->credential.environment;
	return filter;
}

static enum err
count_projects(struct tx *tx, const struct q_project_list *filter, int64_t *ret_total)
{
	struct q_project_count_row row;

	TRY(q_project_count(tx->db,
			    &(struct q_project_count){
				.org_id = filter->org_id,
				.only_id = filter->only_id,
				.hidden_id = filter->hidden_id,
				.environment = filter->environment,
				.is_default = filter->is_default,
				.search = filter->search,
				.slug_search = filter->slug_search,
				.search_id = filter->search_id,
			    },
			    &row));
	*ret_total = row.total;
	return OK;
}

/* A key that asks for the other environment gets an empty list, not everything. */
static bool
asks_for_other_environment(const struct request *rq)
{
	const struct project_list_input *in = rq->input;

	return rq->credential.kind == CREDENTIAL_SERVICE_KEY && in->has.environment &&
	       strcmp(in->environment, rq->credential.environment) != 0;
}

static enum verdict
project_list(const struct request *rq, struct tx *tx)
{
	struct q_project_list filter = list_filter(rq);
	struct project_row *rows = NULL;
	size_t count = 0;
	int64_t total = NONE;
	enum err e = OK;

	if (!asks_for_other_environment(rq)) {
		e = q_project_list(tx->db, &filter, &rows, &count);
		if (e == OK && rq->page.include_total)
			e = count_projects(tx, &filter, &total);
	} else if (rq->page.include_total) {
		total = 0;
	}
	if (e != OK)
		return fail_err(rq, e);
	for (size_t i = 0; i < count; i++)
		finish_row(rq, &rows[i]);
	return reply_list(rq, &(struct list_reply){
				  .fields = project_fields,
				  .items = rows,
				  .count = count,
				  .item_size = sizeof(*rows),
				  .sort = project_sort,
				  .id_offset = offsetof(struct project_row, id),
				  .total = total,
			      });
}

/* ---- POST /projects ---- */

struct project_create_input {
	struct {
		bool name, slug, type, environment, description, logo_url, redirect_uris, is_default;
	} has;
	const char *name;
	const char *slug;
	const char *type;
	const char *environment;
	const char *description;
	const char *logo_url;
	struct strings redirect_uris;
	bool is_default;
};

static const struct field project_create_input[] = {
	IN_STRING(struct project_create_input, name, NAME, .flags = FIELD_REQUIRED),
	IN_STRING(struct project_create_input, slug, SLUG, .description = "Derived from the name when absent"),
	IN_ENUM(struct project_create_input, type, project_types, .description = "Decides the OAuth grants; web when absent"),
	IN_ENUM(struct project_create_input, environment, project_environments,
		.description = "Never changes; the key's when absent, else live"),
	IN_STRING(struct project_create_input, description, DESCRIPTION),
	IN_STRING(struct project_create_input, logo_url, LOGO_URL),
	IN_STRINGS(struct project_create_input, redirect_uris, REDIRECT_URIS),
	IN_BOOL(struct project_create_input, is_default, .description = "true makes it the default; false is refused"),
	FIELDS_END,
};

static const char *
new_environment(const struct request *rq, const struct project_create_input *in)
{
	if (in->has.environment)
		return in->environment;
	return rq->credential.environment != NULL ? rq->credential.environment : "live";
}

/* VERDICT_GO_ON when nothing is wrong with the input that the table can't say. */
static enum verdict
check_create(const struct request *rq, const struct project_create_input *in)
{
	if (in->has.slug && project_slug_is_reserved(in->slug))
		return fail(rq, ERR_SLUG_RESERVED, "The slug '%s' is reserved.", in->slug);
	if (in->has.is_default && !in->is_default)
		return fail_field(rq, "is_default", "cannot_unset_default",
				  "A project stops being the default only when another becomes it.");
	if (rq->credential.environment != NULL &&
	    strcmp(new_environment(rq, in), rq->credential.environment) != 0)
		return fail_field(rq, "environment", "environment_mismatch",
				  "A %s key makes %s projects only.", rq->credential.environment,
				  rq->credential.environment);
	return go_on(rq);
}

static enum verdict
project_create(const struct request *rq, struct tx *tx)
{
	const struct project_create_input *in = rq->input;
	struct project_made made;
	struct project_row row;
	enum verdict bad = check_create(rq, in);
	struct cap cap;
	enum err e;

	if (bad != VERDICT_GO_ON)
		return bad;
	e = request_guard(rq, tx);
	if (e == OK)
		e = cap_check(tx, rq->org.id, CAP_PROJECTS, 1, &cap);
	if (e == ERR_PLAN_LIMIT_REACHED)
		return fail_details(rq, e, cap_details(rq->arena, &cap), "%s", cap_message(rq->arena, &cap));
	if (e != OK)
		return fail_err(rq, e);
	e = project_make(tx,
			 &(struct project_make){
			     .org_id = rq->org.id,
			     .name = in->name,
			     .slug = in->slug,
			     .type = in->has.type ? in->type : "web",
			     .environment = new_environment(rq, in),
			     .description = in->description,
			     .logo_url = in->logo_url,
			     .redirect_uris = in->redirect_uris,
			     .with_secret = request_is_session(rq),
			     .created_by = request_is_session(rq) ? rq->user.id : rq->credential.id,
			 },
			 &made);
	if (e == OK && in->has.is_default)
		e = project_promote(tx, rq->org.id, made.id);
	if (e == OK)
		e = q_project_get(tx->db,
				  &(struct q_project_get){
				      .project_id = made.id,
				      .org_id = rq->org.id,
				      .user_id = rq->user.id,
				  },
				  &row);
	if (e != OK)
		return fail_slug(rq, e, in->slug);
	finish_row(rq, &row);
	row.client_secret = made.client_secret;
	reply_etag(rq, row.version);
	return reply(rq, 201, project_fields, &row);
}

/* ---- GET /projects/{project_id} ---- */

struct project_path {
	struct {
		bool project_id;
	} has;
	const char *project_id;
};

static const struct field project_path[] = {
	IN_ID(struct project_path, project_id, ID_PROJECT, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
project_get(const struct request *rq, struct tx *tx)
{
	struct project_row row;
	enum err e = get_project(rq, tx, &row);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag(rq, row.version);
	return reply(rq, 200, project_fields, &row);
}

/* ---- PATCH /projects/{project_id} ---- */

struct project_update_input {
	struct {
		bool project_id, name, slug, type, environment, description, logo_url, redirect_uris, is_default;
	} has;
	const char *project_id;
	const char *name;
	const char *slug;
	const char *type;
	const char *environment;
	const char *description;
	const char *logo_url;
	struct strings redirect_uris;
	bool is_default;
};

static const struct field project_update_input[] = {
	IN_ID(struct project_update_input, project_id, ID_PROJECT, .in = IN_PATH),
	IN_STRING(struct project_update_input, name, NAME),
	IN_STRING(struct project_update_input, slug, SLUG),
	IN_ENUM(struct project_update_input, type, project_types),
	IN_ENUM(struct project_update_input, environment, project_environments, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct project_update_input, description, DESCRIPTION),
	IN_STRING(struct project_update_input, logo_url, LOGO_URL),
	IN_STRINGS(struct project_update_input, redirect_uris, REDIRECT_URIS),
	IN_BOOL(struct project_update_input, is_default, .description = "true only: promotes"),
	FIELDS_END,
};

static enum verdict
check_update(const struct request *rq, const struct project_update_input *in)
{
	if (in->has.slug && rq->project.is_console && strcmp(in->slug, rq->project.slug) != 0)
		return fail_field(rq, "slug", "immutable", "The console's slug stays as it is.");
	if (in->has.slug && project_slug_is_reserved(in->slug) && strcmp(in->slug, rq->project.slug) != 0)
		return fail(rq, ERR_SLUG_RESERVED, "The slug '%s' is reserved.", in->slug);
	if (in->has.is_default && !in->is_default)
		return fail_field(rq, "is_default", "cannot_unset_default",
				  "A project stops being the default only when another becomes it.");
	if (in->has.is_default && rq->project.is_console)
		return fail_field(rq, "is_default", "console_never_default", "The console is never the default.");
	/* Promotion changes the organization: its role decides, not a project override, and no key of one project alone. */
	if (in->has.is_default && rq->credential.pinned_project_id != NULL)
		return fail_err(rq, ERR_CREDENTIAL_NOT_ALLOWED);
	if (in->has.is_default && rq->credential.kind != CREDENTIAL_SERVICE_KEY &&
	    !role_has(rq->org.role, PERM_PROJECT_WRITE))
		return fail(rq, ERR_FORBIDDEN, "Making a project the default needs the organization's role manager.");
	return go_on(rq);
}

static enum err
write_update(const struct request *rq, struct tx *tx, const struct project_row *before)
{
	const struct project_update_input *in = rq->input;
	uint64_t matched = 0;
	enum err e = q_project_update(tx->db,
				      &(struct q_project_update){
					  .project_id = before->id,
					  .org_id = rq->org.id,
					  .has_name = in->has.name,
					  .name = in->name,
					  .has_slug = in->has.slug,
					  .slug = in->slug,
					  .has_type = in->has.type,
					  .type = in->type,
					  .has_description = in->has.description,
					  .description = in->description,
					  .has_logo_url = in->has.logo_url,
					  .logo_url = in->logo_url,
				      },
				      &matched);

	TRY(db_on_duplicate(tx->db, e, DUP_PROJECTS_UQ_ORG_ID_SLUG, ERR_SLUG_CONFLICT));
	if (matched == 0)
		return ERR_NO_ROW;
	if (in->has.type)
		TRY(q_client_set_grants(tx->db,
					&(struct q_client_set_grants){
					    .project_id = before->id,
					    .client_id = before->client_id,
					    .grant_types = project_grant_types(in->type),
					},
					NULL));
	if (in->has.redirect_uris)
		TRY(project_set_redirect_uris(tx, before->id, before->client_id, in->redirect_uris));
	if (in->has.is_default)
		TRY(project_promote(tx, rq->org.id, before->id));
	return OK;
}

static enum err
record_update(const struct request *rq, struct tx *tx, const struct project_row *before,
	      const struct project_row *after)
{
	struct record r = request_record(rq, EV_PROJECT_UPDATED, after->id, after->name);

	r.fields = project_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum verdict
project_update(const struct request *rq, struct tx *tx)
{
	const struct project_update_input *in = rq->input;
	struct project_row before, after;
	enum verdict bad;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = get_project(rq, tx, &before);
	if (e != OK)
		return fail_err(rq, e);
	bad = check_update(rq, in);
	if (bad != VERDICT_GO_ON)
		return bad;
	if (!precondition_holds(rq, before.version))
		return fail_err(rq, ERR_PRECONDITION_FAILED);
	e = write_update(rq, tx, &before);
	if (e == OK)
		e = get_project(rq, tx, &after);
	if (e == OK)
		e = record_update(rq, tx, &before, &after);
	if (e != OK)
		return fail_slug(rq, e, in->slug);
	reply_etag(rq, after.version);
	return reply(rq, 200, project_fields, &after);
}

/* ---- DELETE /projects/{project_id} ---- */

struct project_delete_input {
	struct {
		bool project_id, confirm;
	} has;
	const char *project_id;
	const char *confirm;
};

static const struct field project_delete_input[] = {
	IN_ID(struct project_delete_input, project_id, ID_PROJECT, .in = IN_PATH),
	IN_STRING(struct project_delete_input, confirm, .in = IN_QUERY, .max = 64,
		  .description = "The project's slug; asked of people in a browser"),
	FIELDS_END,
};

/* Rule 15, in its order, after the guard. */
static enum err
check_deletable(const struct request *rq, struct tx *tx, const struct project_row *row)
{
	struct q_project_count_active_row left;

	TRY(q_project_count_active(tx->db, &(struct q_project_count_active){ .org_id = rq->org.id }, &left));
	if (left.total <= 1)
		return ERR_CANNOT_DELETE_LAST_PROJECT;
	if (row->is_default)
		return ERR_CANNOT_DELETE_DEFAULT;
	return rq->project.is_console ? ERR_CANNOT_DELETE_CONSOLE : OK;
}

static enum verdict
project_remove(const struct request *rq, struct tx *tx)
{
	const struct project_delete_input *in = rq->input;
	struct project_row row;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = get_project(rq, tx, &row);
	if (e != OK)
		return fail_err(rq, e);
	if (request_is_session(rq) && (!in->has.confirm || strcmp(in->confirm, row.slug) != 0))
		return fail_field(rq, "confirm", "mismatch", "Type the project's slug, '%s'.", row.slug);
	if (!precondition_holds(rq, row.version))
		return fail_err(rq, ERR_PRECONDITION_FAILED);
	e = check_deletable(rq, tx, &row);
	if (e == OK)
		e = project_delete(tx, rq->org.id, row.id, NULL);
	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- the table ---- */

const struct route project_routes[] = {
	{
	    .id = "project_list",
	    .method = GET,
	    .path = "/api/v1/projects",
	    .summary = "List projects",
	    .description = "The default project first, then the newest. A pinned key sees its own alone.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG,
	    .permission = PERM_PROJECT_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_LIST,
	    INPUT(struct project_list_input, project_list_input),
	    .output = project_fields,
	    .handler = project_list,
	},
	{
	    .id = "project_create",
	    .method = POST,
	    .path = "/api/v1/projects",
	    .summary = "Create a project",
	    .description = "Makes its default client too. A session gets the client secret, once.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_ORG,
	    .permission = PERM_PROJECT_CREATE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_UNPINNED_KEY | ROUTE_SHOWS_SECRET,
	    .rate = RATE_PROJECT_WRITE,
	    .status = 201,
	    INPUT(struct project_create_input, project_create_input),
	    .output = project_fields,
	    .errors = { ERR_SLUG_CONFLICT, ERR_SLUG_RESERVED, ERR_PLAN_LIMIT_REACHED },
	    .handler = project_create,
	},
	{
	    .id = "project_get",
	    .method = GET,
	    .path = "/api/v1/projects/{project_id}",
	    .summary = "Get a project",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct project_path, project_path),
	    .output = project_fields,
	    .handler = project_get,
	},
	{
	    .id = "project_update",
	    .method = PATCH,
	    .path = "/api/v1/projects/{project_id}",
	    .summary = "Change a project",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    .rate = RATE_PROJECT_WRITE,
	    INPUT(struct project_update_input, project_update_input),
	    .output = project_fields,
	    .errors = { ERR_SLUG_CONFLICT, ERR_SLUG_RESERVED },
	    .handler = project_update,
	},
	{
	    .id = "project_delete",
	    .method = DELETE,
	    .path = "/api/v1/projects/{project_id}",
	    .summary = "Delete a project",
	    .description = "Everything in it stops at once; there is no way back.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT_IN_PATH,
	    .permission = PERM_PROJECT_DELETE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG | ROUTE_UNPINNED_KEY,
	    .rate = RATE_PROJECT_WRITE,
	    INPUT(struct project_delete_input, project_delete_input),
	    .errors = { ERR_CANNOT_DELETE_LAST_PROJECT, ERR_CANNOT_DELETE_DEFAULT, ERR_CANNOT_DELETE_CONSOLE },
	    .handler = project_remove,
	},
	ROUTES_END,
};

/*
 * /grants and /account/grants: what people allow clients to do, as a project's members see it, and as the people themselves do: an app once,
 * with all that it has (oauth.md 4.2).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/assets.h"
#include "domain/clients.h"
#include "domain/grants.h"
#include "domain/users.h"
#include "fcgi/request.h"
#include "lib/oauth.h"
#include "sql/gen/queries.h"

struct grant_client {
	const char *name, *host, *logo_url, *source;
};

struct grant_user {
	const char *email, *username, *name;
};

struct grant_view {
	const char *id, *user_id;
	const struct grant_user *user;
	const char *client_id;
	const struct grant_client *client;
	const char *resource, *scopes, *org_id, *org_ids, *session_id;
	int64_t created_at, last_used_at, expires_at;
};

static const struct field client_fields[] = {
	OUT_STRING(struct grant_client, name),
	OUT_STRING(struct grant_client, host, .flags = FIELD_NULLABLE, .description = "Of the document that it is known by, else of its own page"),
	OUT_STRING(struct grant_client, logo_url, .flags = FIELD_NULLABLE),
	OUT_STRING(struct grant_client, source),
	FIELDS_END,
};

static const struct field user_fields[] = {
	OUT_STRING(struct grant_user, email, .flags = FIELD_NULLABLE),
	OUT_STRING(struct grant_user, username, .flags = FIELD_NULLABLE),
	OUT_STRING(struct grant_user, name),
	FIELDS_END,
};

#define GRANT_FIELDS                                                                                                           \
	OUT_ID(struct grant_view, client_id, ID_ANY_CLIENT), OUT_OBJECT(struct grant_view, client, client_fields),             \
	    OUT_STRING(struct grant_view, resource), OUT_WORDS(struct grant_view, scopes),                                     \
	    OUT_ID(struct grant_view, org_id, ID_ORG, .flags = FIELD_NULLABLE,                                                 \
		   .description = "Of the console's: the organization that the client works in"),                              \
	    OUT_ID(struct grant_view, session_id, ID_SESSION, .flags = FIELD_NULLABLE,                                         \
		   .description = "The sign-in with which it ends; null: it outlives it"),                                     \
	    OUT_TIME(struct grant_view, created_at),                                                                           \
	    OUT_TIME(struct grant_view, last_used_at, .flags = FIELD_NULLABLE, .description = "When tokens were last issued"), \
	    OUT_TIME(struct grant_view, expires_at)

static const struct field grant_fields[] = {
	OUT_ID(struct grant_view, id, ID_GRANT),
	OUT_ID(struct grant_view, user_id, ID_USER),
	OUT_OBJECT(struct grant_view, user, user_fields),
	GRANT_FIELDS,
	FIELDS_END,
};

static const struct field app_fields[] = {
	OUT_ID(struct grant_view, id, ID_GRANT, .description = "Of the newest"),
	GRANT_FIELDS,
	OUT_WORDS(struct grant_view, org_ids, .description = "Of the console's: the organizations of all that it has"),
	FIELDS_END,
};

/* Where its project's pages get the logo. */
static const char *
logo_of(const struct request *rq, const char *project_id, const char *issuer_client_id, struct bytes digest)
{
	return asset_url(rq->arena, rq->config, issuer_client_id, strcmp(project_id, rq->console_id) == 0, digest);
}

static const struct grant_client *
client_of(struct arena *arena, const char *name, const char *uri, struct bytes document, const char *logo_url, const char *source)
{
	struct grant_client *client = ARENA_NEW(arena, struct grant_client);

	*client = (struct grant_client){
		.name = name,
		.host = client_host(arena, document, uri),
		.logo_url = logo_url,
		.source = source,
	};
	return client;
}

static enum verdict
reply_grants(const struct request *rq, const struct field *fields, const struct grant_view *views, size_t count, int64_t total)
{
	return reply_list(rq, &(struct list_reply){
				  .fields = fields,
				  .items = views,
				  .count = count,
				  .item_size = sizeof(*views),
				  .id_offset = offsetof(struct grant_view, id),
				  .total = total,
			      });
}

/* ---- /grants ---- */

struct grant_list_input {
	struct {
		bool user_id, client_id;
	} has;
	const char *user_id, *client_id;
};

static const struct field grant_list_input[] = {
	IN_ID(struct grant_list_input, user_id, ID_USER, .in = IN_QUERY),
	IN_ID(struct grant_list_input, client_id, ID_ANY_CLIENT, .in = IN_QUERY),
	FIELDS_END,
};

static struct grant_view
grant_view_of(const struct request *rq, const struct grant_row *row)
{
	const char *logo = logo_of(rq, rq->project.id, row->issuer_client_id, row->logo_digest);
	struct arena *arena = rq->arena;
	struct grant_user *user = ARENA_NEW(arena, struct grant_user);

	*user = (struct grant_user){ .email = row->user_email, .username = row->user_username, .name = row->user_name };
	return (struct grant_view){
		.id = row->id,
		.user_id = row->user_id,
		.user = user,
		.client_id = row->client_id,
		.client = client_of(arena, row->client_name, row->client_uri, row->metadata_url, logo, row->source),
		.resource = arena_strndup(arena, (const char *)row->resource.data, row->resource.len),
		.scopes = row->scopes,
		.org_id = row->org_id,
		.session_id = row->is_offline ? NULL : row->session_id,
		.created_at = row->created_at,
		.last_used_at = row->last_used_at,
		.expires_at = row->expires_at,
	};
}

static enum err
find_grants(const struct request *rq, struct tx *tx, struct grant_row **ret_rows, size_t *ret_count, int64_t *ret_total)
{
	const struct grant_list_input *in = rq->input;
	struct q_grant_count_row total = { .total = NONE };

	TRY(q_grant_list(tx->db,
			 &(struct q_grant_list){
			     .project_id = rq->project.id,
			     .user_id = in->user_id,
			     .client_id = in->client_id,
			     .after_id = rq->page.after_id,
			     .limit = rq->page.limit + 1,
			 },
			 ret_rows, ret_count));
	if (rq->page.include_total)
		TRY(q_grant_count(
		    tx->db,
		    &(struct q_grant_count){ .project_id = rq->project.id, .user_id = in->user_id, .client_id = in->client_id }, &total));
	*ret_total = total.total;
	return OK;
}

static enum verdict
grant_list(const struct request *rq, struct tx *tx)
{
	struct grant_row *rows = NULL;
	int64_t total = NONE;
	size_t count = 0;
	enum err e = find_grants(rq, tx, &rows, &count, &total);

	if (e != OK)
		return fail_err(rq, e);
	struct grant_view *views = ARENA_ARRAY(rq->arena, count, struct grant_view);
	for (size_t i = 0; i < count; i++)
		views[i] = grant_view_of(rq, &rows[i]);
	return reply_grants(rq, grant_fields, views, count, total);
}

struct grant_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field grant_path[] = {
	IN_ID(struct grant_path, id, ID_GRANT, .in = IN_PATH),
	FIELDS_END,
};

static enum err
revoke_grant(const struct request *rq, struct tx *tx, const char *id)
{
	struct q_grant_get_row grant;

	TRY(request_guard(rq, tx));
	TRY(q_grant_get(tx->db, &(struct q_grant_get){ .project_id = rq->project.id, .id = id }, &grant));
	return grant_revoke(tx, EV_GRANT_REVOKED, rq->org.id, rq->project.id, id, grant.client_id);
}

static enum verdict
grant_delete(const struct request *rq, struct tx *tx)
{
	const struct grant_path *in = rq->input;
	enum err e = revoke_grant(rq, tx, in->id);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- /account/grants ---- */

static struct grant_view
app_view_of(const struct request *rq, const struct grant_app_row *row)
{
	const char *logo = logo_of(rq, rq->user.project_id, row->issuer_client_id, row->logo_digest);
	struct arena *arena = rq->arena;
	const char *scopes = row->scopes != NULL ? row->scopes : "";

	return (struct grant_view){
		.id = row->id,
		.client_id = row->client_id,
		.client = client_of(arena, row->client_name, row->client_uri, row->metadata_url, logo, row->source),
		.resource = arena_strndup(arena, (const char *)row->resource.data, row->resource.len),
		.scopes = scope_keep(arena, scopes, scopes), /* each once */
		.org_id = row->org_id,
		.org_ids = row->org_ids != NULL ? row->org_ids : "",
		.session_id = row->is_offline ? NULL : row->session_id,
		.created_at = row->created_at,
		.last_used_at = row->last_used_at,
		.expires_at = row->expires_at,
	};
}

static enum err
find_apps(const struct request *rq, struct tx *tx, struct grant_app_row **ret_rows, size_t *ret_count, int64_t *ret_total)
{
	struct q_grant_apps_count_row total = { .total = NONE };

	TRY(q_grant_apps(tx->db,
			 &(struct q_grant_apps){
			     .project_id = rq->user.project_id,
			     .user_id = rq->user.id,
			     .after_id = rq->page.after_id,
			     .limit = rq->page.limit + 1,
			 },
			 ret_rows, ret_count));
	if (rq->page.include_total)
		TRY(q_grant_apps_count(
		    tx->db, &(struct q_grant_apps_count){ .project_id = rq->user.project_id, .user_id = rq->user.id }, &total));
	*ret_total = total.total;
	return OK;
}

static enum verdict
account_grant_list(const struct request *rq, struct tx *tx)
{
	struct grant_app_row *rows = NULL;
	int64_t total = NONE;
	size_t count = 0;
	enum err e = find_apps(rq, tx, &rows, &count, &total);

	if (e != OK)
		return fail_err(rq, e);
	struct grant_view *views = ARENA_ARRAY(rq->arena, count, struct grant_view);
	for (size_t i = 0; i < count; i++)
		views[i] = app_view_of(rq, &rows[i]);
	return reply_grants(rq, app_fields, views, count, total);
}

static enum err
revoke_app(const struct request *rq, struct tx *tx, const char *id)
{
	struct q_grant_get_row grant;
	const char *org_id;

	TRY(q_grant_get(tx->db, &(struct q_grant_get){ .project_id = rq->user.project_id, .id = id }, &grant));
	if (strcmp(grant.user_id, rq->user.id) != 0)
		return ERR_NO_ROW;
	TRY(user_project_org(tx, rq->user.project_id, rq->user.project_org_id, &org_id));
	return grant_revoke_app(tx, org_id, rq->user.project_id, id, grant.client_id, rq->user.id);
}

static enum verdict
account_grant_delete(const struct request *rq, struct tx *tx)
{
	const struct grant_path *in = rq->input;
	enum err e = revoke_app(rq, tx, in->id);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route grant_routes[] = {
	{
	    .id = "grant_list",
	    .method = GET,
	    .path = "/api/v1/grants",
	    .summary = "List what users allow applications",
	    .description = "Those that still count, the newest first.",
	    .auth = AUTH_SESSION | AUTH_SERVICE_KEY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct grant_list_input, grant_list_input),
	    .output = grant_fields,
	    .handler = grant_list,
	},
	{
	    .id = "grant_delete",
	    .method = DELETE,
	    .path = "/api/v1/grants/{id}",
	    .summary = "End what a user allowed an application",
	    .description = "Its refresh and access tokens stop at once.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USER_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct grant_path, grant_path),
	    .handler = grant_delete,
	},
	{
	    .id = "account_grant_list",
	    .method = GET,
	    .path = "/api/v1/account/grants",
	    .summary = "List your connected apps",
	    .description = "Each once, with the scopes, the organizations and the last use of all that it has.",
	    .auth = AUTH_ACCOUNT_OR_TOKEN,
	    .site = SITE_BOTH,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST | ROUTE_SUSPENDED_OK,
	    .output = app_fields,
	    .handler = account_grant_list,
	},
	{
	    .id = "account_grant_delete",
	    .method = DELETE,
	    .path = "/api/v1/account/grants/{id}",
	    .summary = "Disconnect an app",
	    .description = "Ends all that it has of you, its tokens included.",
	    .auth = AUTH_ACCOUNT_OR_TOKEN,
	    .site = SITE_BOTH,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SUSPENDED_OK,
	    INPUT(struct grant_path, grant_path),
	    .handler = account_grant_delete,
	},
	ROUTES_END,
};

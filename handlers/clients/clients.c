/*
 * /api/v1/clients (oauth.md 4.2): the applications that rely on a project.
 */
#include "handlers/routes.h"
#include "handlers/clients/clients.h"

#include "lib/text.h"

/* ---- GET /clients ---- */

struct client_list_input {
	struct {
		bool type, source, q;
	} has;
	const char *type, *source, *q;
};

static const struct field client_list_input[] = {
	IN_ENUM(struct client_list_input, type, client_types, .in = IN_QUERY),
	IN_ENUM(struct client_list_input, source, client_sources, .in = IN_QUERY),
	IN_STRING(struct client_list_input, q, .in = IN_QUERY, .min = 1, .max = 100,
		  .description = "Part of the name, or a whole id"),
	FIELDS_END,
};

static struct q_client_list
list_filter(const struct request *rq)
{
	const struct client_list_input *in = rq->input;

	return (struct q_client_list){
		.project_id = rq->project.id,
		.type = in->type,
		.source = in->source,
		.search = in->q != NULL ? like_contains(rq->arena, in->q) : NULL,
		.search_id = in->q != NULL && id_is_valid(ID_ANY_CLIENT, in->q) ? in->q : NULL,
		.after_id = rq->page.after_id,
		.limit = rq->page.limit + 1,
	};
}

static enum err
find_clients(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_client_list filter = list_filter(rq);
	struct q_client_count_row total = { .total = NONE };
	struct client_row *rows = NULL;

	TRY(q_client_list(tx->db, &filter, &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_client_count(tx->db,
				   &(struct q_client_count){
				       .project_id = filter.project_id,
				       .type = filter.type,
				       .source = filter.source,
				       .search = filter.search,
				       .search_id = filter.search_id,
				   },
				   &total));
	struct client *clients = ARENA_ARRAY(rq->arena, list->count, struct client);
	for (size_t i = 0; i < list->count; i++)
		clients[i] = client_of_row(rq, &rows[i]);
	list->items = clients;
	list->total = total.total;
	return OK;
}

static enum verdict
client_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = client_list_fields,
		.item_size = sizeof(struct client),
		.id_offset = offsetof(struct client, id),
	};
	enum err e = find_clients(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- GET /clients/{id} ---- */

static enum verdict
client_get(const struct request *rq, struct tx *tx)
{
	const struct client_path *in = rq->input;
	struct client client;
	enum err e = client_read(rq, tx, in->id, &client);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag_without_304(rq, client.version);
	return reply(rq, 200, client_fields, &client);
}

/* ---- the table ---- */

const struct route client_routes[] = {
	{
	    .id = "client_list",
	    .method = GET,
	    .path = "/api/v1/clients",
	    .summary = "List clients",
	    .description = "The default client first, then the newest.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct client_list_input, client_list_input),
	    .output = client_list_fields,
	    .handler = client_list,
	},
	{
	    .id = "client_create",
	    .method = POST,
	    .path = "/api/v1/clients",
	    .summary = "Register a client",
	    .description = "The secret of one that has a secret is in this reply and nowhere else.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    .status = 201,
	    INPUT(struct client_change, client_create_input),
	    .output = client_fields,
	    .errors = { ERR_PLAN_LIMIT_REACHED },
	    .handler = client_create,
	},
	{
	    .id = "client_get",
	    .method = GET,
	    .path = "/api/v1/clients/{id}",
	    .summary = "Get a client",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_ETAG,
	    INPUT(struct client_path, client_path),
	    .output = client_fields,
	    .handler = client_get,
	},
	{
	    .id = "client_update",
	    .method = PATCH,
	    .path = "/api/v1/clients/{id}",
	    .summary = "Change a client",
	    .description = "Programs change everything but how it proves itself: jwks, jwks_uri and token_endpoint_auth_method.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct client_change, client_update_input),
	    .output = client_fields,
	    .errors = { ERR_LAST_REDIRECT_URI },
	    .handler = client_update,
	},
	{
	    .id = "client_delete",
	    .method = DELETE,
	    .path = "/api/v1/clients/{id}",
	    .summary = "Delete a client",
	    .description = "Its secrets and tokens stop at once; there is no way back.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct client_path, client_path),
	    .errors = { ERR_CANNOT_DELETE_DEFAULT_CLIENT },
	    .handler = client_delete,
	},
	{
	    .id = "client_redirect_uri_add",
	    .method = POST,
	    .path = "/api/v1/clients/{id}/redirect_uris",
	    .summary = "Register a redirect URI",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    INPUT(struct redirect_uri_input, redirect_uri_add_input),
	    .output = redirect_uri_fields,
	    .errors = { ERR_REDIRECT_URI_EXISTS },
	    .handler = redirect_uri_add,
	},
	{
	    .id = "client_redirect_uri_remove",
	    .method = DELETE,
	    .path = "/api/v1/clients/{id}/redirect_uris",
	    .summary = "Remove a redirect URI",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct redirect_uri_input, redirect_uri_remove_input),
	    .errors = { ERR_LAST_REDIRECT_URI },
	    .handler = redirect_uri_remove,
	},
	{
	    .id = "client_rotate_secret",
	    .method = POST,
	    .path = "/api/v1/clients/{id}/rotate_secret",
	    .summary = "Replace the client secret",
	    .description = "The new one is in this reply and nowhere else; the old one dies after its grace. At most two work.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_SHOWS_SECRET,
	    INPUT(struct client_secret_input, client_secret_input),
	    .output = client_secret_reply_fields,
	    .errors = { ERR_CLIENT_IS_PUBLIC },
	    .handler = client_rotate_secret,
	},
	{
	    .id = "client_revoke_tokens",
	    .method = POST,
	    .path = "/api/v1/clients/{id}/revoke_tokens",
	    .summary = "Revoke all tokens of a client",
	    .description = "Refresh tokens and the grants behind them end, access tokens are refused here at once; who verifies them alone sees it when they expire.",
	    .auth = AUTH_SESSION,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct client_path, client_path),
	    .output = client_revoked_fields,
	    .handler = client_revoke_tokens,
	},
	ROUTES_END,
};

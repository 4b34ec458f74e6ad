/*
 * /api/v1/clients (oauth.md 4.2): so far a project's default client, its redirect URIs and its secret.
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/projects.h"
#include "fcgi/request.h"
#include "lib/encode.h"
#include "lib/uris.h"
#include "sql/gen/queries.h"
#include "sql/gen/schema_keys.h"

#define GRACE_MAX_S (30 * DAY_MS / SECOND_MS)

static const struct field client_secret_fields[] = {
	OUT_ID(struct client_secret_row, id, ID_CLIENT_SECRET),
	OUT_STRING(struct client_secret_row, prefix),
	OUT_STRING(struct client_secret_row, last4),
	OUT_TIME(struct client_secret_row, created_at),
	OUT_TIME(struct client_secret_row, expires_at, .flags = FIELD_NULLABLE,
		 .description = "The end of its grace, once it's replaced"),
	OUT_TIME(struct client_secret_row, last_used_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

struct client_view {
	const char *id;
	const char *name;
	const char *type;
	const char *source;
	const char *token_endpoint_auth_method;
	const char *grant_types;
	const char *redirect_uris;
	struct field_list secrets;
	bool is_active;
	int64_t created_at;
	int64_t updated_at;
	int64_t last_used_at;
};

static const struct field client_fields[] = {
	OUT_ID(struct client_view, id, ID_ANY_CLIENT),
	OUT_STRING(struct client_view, name),
	OUT_STRING(struct client_view, type),
	OUT_STRING(struct client_view, source),
	OUT_STRING(struct client_view, token_endpoint_auth_method),
	OUT_WORDS(struct client_view, grant_types),
	OUT_WORDS(struct client_view, redirect_uris),
	OUT_LIST(struct client_view, secrets, client_secret_fields, struct client_secret_row),
	OUT_BOOL(struct client_view, is_active),
	OUT_TIME(struct client_view, created_at),
	OUT_TIME(struct client_view, updated_at),
	OUT_TIME(struct client_view, last_used_at, .flags = FIELD_NULLABLE),
	FIELDS_END,
};

struct client_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field client_path[] = {
	IN_ID(struct client_path, id, ID_ANY_CLIENT, .in = IN_PATH),
	FIELDS_END,
};

/* ---- GET /clients/{id} ---- */

static enum verdict
client_get(const struct request *rq, struct tx *tx)
{
	const struct client_path *in = rq->input;
	struct client_secret_row *secrets;
	struct client_view view;
	struct client_row row;
	size_t count;
	enum err e =
	    q_client_get(tx->db, &(struct q_client_get){ .project_id = rq->project.id, .client_id = in->id }, &row);

	if (e == OK)
		e = q_client_secret_list(
		    tx->db,
		    &(struct q_client_secret_list){ .project_id = rq->project.id, .client_id = in->id },
		    &secrets, &count);
	if (e != OK)
		return fail_err(rq, e);
	view = (struct client_view){
		.id = row.id,
		.name = row.name,
		.type = row.type,
		.source = row.source,
		.token_endpoint_auth_method = row.token_endpoint_auth_method,
		.grant_types = row.grant_types,
		.redirect_uris = row.redirect_uris == NULL ? "" : row.redirect_uris,
		.secrets = { secrets, count },
		.is_active = row.is_active,
		.created_at = row.created_at,
		.updated_at = row.updated_at,
		.last_used_at = row.last_used_at,
	};
	reply_etag(rq, row.version);
	return reply(rq, 200, client_fields, &view);
}

/* ---- redirect URIs: the client's row is the guard (rule 20) ---- */

static enum err
guard(const struct request *rq, struct tx *tx, const char *client_id)
{
	uint64_t matched = 0;

	TRY(q_client_guard(
	    tx->db, &(struct q_client_guard){ .project_id = rq->project.id, .client_id = client_id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	return q_project_touch(
	    tx->db, &(struct q_project_touch){ .org_id = rq->org.id, .project_id = rq->project.id }, NULL);
}

static enum err
count_uris(const struct request *rq, struct tx *tx, const char *client_id, int64_t *ret_count)
{
	struct q_client_uri_count_row row;

	TRY(q_client_uri_count(
	    tx->db, &(struct q_client_uri_count){ .project_id = rq->project.id, .client_id = client_id }, &row));
	*ret_count = row.total;
	return OK;
}

/* JSON of one element on one side of a diff: {"redirect_uris":[old,new]}. */
static enum err
record_uri(const struct request *rq, struct tx *tx, const char *client_id, const char *uri, bool is_new)
{
	struct record r = request_record(rq, EV_CLIENT_UPDATED, client_id, rq->project.name);
	struct buffer changes = buffer_new(rq->arena);

	buffer_text(&changes, is_new ? "{\"redirect_uris\":[null," : "{\"redirect_uris\":[");
	buffer_json_string(&changes, uri);
	buffer_text(&changes, is_new ? "]}" : ",null]}");
	r.changes = buffer_string(&changes);
	return record(tx, &r);
}

struct redirect_uri_input {
	struct {
		bool id, uri;
	} has;
	const char *id;
	const char *uri;
};

static const struct field redirect_uri_add_input[] = {
	IN_ID(struct redirect_uri_input, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_STRING(struct redirect_uri_input, uri, .flags = FIELD_REQUIRED, .min = 1, .max = REDIRECT_URI_BYTES_MAX,
		  .check = web_redirect_uri_check),
	FIELDS_END,
};

static const struct field redirect_uri_fields[] = {
	OUT_STRING(struct redirect_uri_input, uri),
	FIELDS_END,
};

static enum verdict
redirect_uri_add(const struct request *rq, struct tx *tx)
{
	const struct redirect_uri_input *in = rq->input;
	size_t len = strlen(in->uri);
	int64_t count = 0;
	enum err e = guard(rq, tx, in->id);

	if (e == OK)
		e = count_uris(rq, tx, in->id, &count);
	if (e != OK)
		return fail_err(rq, e);
	if (count >= REDIRECT_URIS_MAX)
		return fail_field(rq, "uri", "count", "A client has at most %d redirect URIs.", REDIRECT_URIS_MAX);
	e = q_client_uri_insert(tx->db,
				&(struct q_client_uri_insert){
				    .project_id = rq->project.id,
				    .client_id = in->id,
				    .uri_digest = sha256_bytes(rq->arena, in->uri, len),
				    .uri = { (const uint8_t *)in->uri, len },
				},
				NULL);
	e = db_on_duplicate(tx->db, e, DUP_CLIENT_URIS_PRIMARY, ERR_REDIRECT_URI_EXISTS);
	if (e == OK)
		e = record_uri(rq, tx, in->id, in->uri, true);
	return e == OK ? reply(rq, 201, redirect_uri_fields, in) : fail_err(rq, e);
}

static const struct field redirect_uri_remove_input[] = {
	IN_ID(struct redirect_uri_input, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_STRING(struct redirect_uri_input, uri, .in = IN_QUERY, .flags = FIELD_REQUIRED, .min = 1,
		  .max = REDIRECT_URI_BYTES_MAX),
	FIELDS_END,
};

static enum err
remove_uri(const struct request *rq, struct tx *tx, const struct redirect_uri_input *in)
{
	uint64_t matched = 0;
	int64_t left = 0;

	TRY(guard(rq, tx, in->id));
	TRY(q_client_uri_delete(tx->db,
				&(struct q_client_uri_delete){
				    .project_id = rq->project.id,
				    .client_id = in->id,
				    .uri_digest = sha256_bytes(rq->arena, in->uri, strlen(in->uri)),
				},
				&matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(count_uris(rq, tx, in->id, &left));
	if (left == 0)
		return ERR_LAST_REDIRECT_URI;
	return record_uri(rq, tx, in->id, in->uri, false);
}

static enum verdict
redirect_uri_remove(const struct request *rq, struct tx *tx)
{
	enum err e = remove_uri(rq, tx, rq->input);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

/* ---- POST /clients/{id}/rotate_secret ---- */

struct client_secret_input {
	struct {
		bool id, grace_s;
	} has;
	const char *id;
	int64_t grace_s;
};

static const struct field client_secret_input[] = {
	IN_ID(struct client_secret_input, id, ID_ANY_CLIENT, .in = IN_PATH),
	IN_INT(struct client_secret_input, grace_s, 0, GRACE_MAX_S,
	       .description = "How long the old secret works on; 0 when absent: it dies at once"),
	FIELDS_END,
};

struct client_secret_reply {
	const char *client_id;
	const char *client_secret;
};

static const struct field client_secret_reply_fields[] = {
	OUT_ID(struct client_secret_reply, client_id, ID_ANY_CLIENT),
	OUT_STRING(struct client_secret_reply, client_secret, .flags = FIELD_SECRET),
	FIELDS_END,
};

static enum err
rotate_secret(const struct request *rq, struct tx *tx, const char *client_id, int64_t grace_ms, const char **ret_secret)
{
	struct record r = request_record(rq, EV_CLIENT_SECRET_ROTATED, client_id, rq->project.name);
	struct client_row client;

	TRY(guard(rq, tx, client_id));
	TRY(q_client_get(
	    tx->db, &(struct q_client_get){ .project_id = rq->project.id, .client_id = client_id }, &client));
	if (client.is_public)
		return ERR_CLIENT_IS_PUBLIC;
	TRY(client_make_secret(tx, rq->project.id, client_id, grace_ms, ret_secret));
	r.changes = "{\"client_secret\":[\"•\",\"•\"]}";
	return record(tx, &r);
}

static enum verdict
client_rotate_secret(const struct request *rq, struct tx *tx)
{
	const struct client_secret_input *in = rq->input;
	struct client_secret_reply view = { .client_id = in->id };
	enum err e = rotate_secret(rq, tx, in->id, in->has.grace_s ? in->grace_s * SECOND_MS : 0, &view.client_secret);

	return e == OK ? reply(rq, 200, client_secret_reply_fields, &view) : fail_err(rq, e);
}

const struct route client_routes[] = {
	{
	    .id = "client_get",
	    .method = GET,
	    .path = "/api/v1/clients/{id}",
	    .summary = "Get a client",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_CLIENT_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct client_path, client_path),
	    .output = client_fields,
	    .handler = client_get,
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
	ROUTES_END,
};

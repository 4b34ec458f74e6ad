/*
 * /api/v1/connections: the keys by which a project is paid (automation.md section 3). Secrets go in and never come out.
 */
#include "domain/connections.h"

#include <string.h>

#include "fcgi/request.h"
#include "handlers/routes.h"
#include "sql/gen/schema_keys.h"

static const char *const STATUSES[] = { "connected", "revoked", NULL };

struct connection {
	const char *id, *provider, *status, *display_name, *hook_url;
	bool has_inbound_secret;
	int64_t connected_at, revoked_at, version, created_at, updated_at;
};

static const struct field connection_fields[] = {
	OUT_ID(struct connection, id, ID_CONNECTION),
	OUT_ENUM(struct connection, provider, connection_providers),
	OUT_ENUM(struct connection, status, STATUSES),
	OUT_STRING(struct connection, display_name, .flags = FIELD_NULLABLE),
	OUT_STRING(struct connection, hook_url, .description = "Where the provider sends its notifications"),
	OUT_BOOL(struct connection, has_inbound_secret, .description = "Of stripe: without one, no notification is believed"),
	OUT_TIME(struct connection, connected_at),
	OUT_TIME(struct connection, revoked_at, .flags = FIELD_NULLABLE),
	OUT_TIME(struct connection, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct connection, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

struct connection_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field connection_path[] = {
	IN_ID(struct connection_path, id, ID_CONNECTION, .in = IN_PATH),
	FIELDS_END,
};

static struct connection
connection_of(const struct request *rq, const struct connection_row *row)
{
	return (struct connection){
		.id = row->id,
		.provider = row->provider,
		.status = row->status,
		.display_name = row->display_name,
		.hook_url = arena_printf(rq->arena, "%s/hooks/%s", rq->config->public_url, row->id),
		.has_inbound_secret = row->inbound_secret_sealed.data != NULL,
		.connected_at = row->connected_at,
		.revoked_at = row->revoked_at,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

static enum err
read_connection(const struct request *rq, struct tx *tx, const char *id, struct connection *ret)
{
	struct connection_row row;

	TRY(q_connection_get(tx->db, &(struct q_connection_get){ .project_id = rq->project.id, .id = id }, &row));
	*ret = connection_of(rq, &row);
	return OK;
}

static enum err
record_connection(const struct request *rq, struct tx *tx, enum event event, const struct connection *before, const struct connection *after)
{
	struct record r = request_record(rq, event, after->id, after->provider);

	r.fields = connection_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum verdict
show(const struct request *rq, unsigned status, const struct connection *connection)
{
	reply_etag(rq, connection->version);
	return reply(rq, status, connection_fields, connection);
}

/* ---- GET ---- */

static enum verdict
connection_get(const struct request *rq, struct tx *tx)
{
	const struct connection_path *in = rq->input;
	struct connection connection;
	enum err e = read_connection(rq, tx, in->id, &connection);

	return e == OK ? show(rq, 200, &connection) : fail_err(rq, e);
}

struct connection_list_input {
	struct {
		bool provider;
	} has;
	const char *provider;
};

static const struct field connection_list_input[] = {
	IN_ENUM(struct connection_list_input, provider, connection_providers, .in = IN_QUERY),
	FIELDS_END,
};

static enum err
find_connections(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	const struct connection_list_input *in = rq->input;
	struct q_connection_count_row total = { .total = NONE };
	struct connection_row *rows;

	TRY(q_connection_list(tx->db,
			      &(struct q_connection_list){
				  .project_id = rq->project.id,
				  .after_id = rq->page.after_id,
				  .provider = in->provider,
				  .limit = rq->page.limit + 1,
			      },
			      &rows, &list->count));
	if (rq->page.include_total)
		TRY(q_connection_count(
		    tx->db, &(struct q_connection_count){ .project_id = rq->project.id, .provider = in->provider }, &total));
	struct connection *connections = ARENA_ARRAY(rq->arena, list->count, struct connection);
	for (size_t i = 0; i < list->count; i++)
		connections[i] = connection_of(rq, &rows[i]);
	list->items = connections;
	list->total = total.total;
	return OK;
}

static enum verdict
connection_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = connection_fields,
		.item_size = sizeof(struct connection),
		.id_offset = offsetof(struct connection, id),
	};
	enum err e = find_connections(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- POST ---- */

struct connection_input {
	struct {
		bool provider, secret, inbound_secret, display_name;
	} has;
	const char *provider, *secret, *inbound_secret, *display_name;
};

static const struct field connection_create_input[] = {
	IN_ENUM(struct connection_input, provider, connection_providers, .flags = FIELD_REQUIRED),
	IN_STRING(struct connection_input, secret, .min = 1, .max = CONNECTION_SECRET_MAX, .flags = FIELD_REQUIRED | FIELD_SECRET,
		  .description = "Stripe's secret key (sk_…, rk_…), Midtrans's server key"),
	IN_STRING(struct connection_input, inbound_secret, .min = 1, .max = CONNECTION_SECRET_MAX, .flags = FIELD_SECRET,
		  .description = "Of stripe: the endpoint's signing secret (whsec_…). When absent, one that is there stays"),
	IN_STRING(struct connection_input, display_name, .min = 1, .max = 128),
	FIELDS_END,
};

static enum verdict
check_inbound(const struct request *rq, const char *provider, const char *inbound_secret)
{
	if (!connection_inbound_secret_is_one(inbound_secret))
		return fail_field(rq, "inbound_secret", "pattern", "A signing secret of Stripe begins with whsec_.");
	if (strcmp(provider, "stripe") != 0)
		return fail_field(rq, "inbound_secret", "not_for_provider", "This provider signs with its server key.");
	return go_on(rq);
}

static enum verdict
check_secrets(const struct request *rq)
{
	const struct connection_input *in = rq->input;
	const char *rule = connection_secret_rule(in->provider, in->secret, strcmp(rq->project.environment, "live") == 0);

	if (rule != NULL && strcmp(rule, "environment") == 0)
		return fail_err(rq, ERR_SECRET_ENVIRONMENT_MISMATCH);
	if (rule != NULL)
		return fail_field(rq, "secret", rule, "That isn't a secret key of this provider.");
	return in->has.inbound_secret ? check_inbound(rq, in->provider, in->inbound_secret) : go_on(rq);
}

static enum err
insert(const struct request *rq, struct tx *tx, const char *id)
{
	const struct connection_input *in = rq->input;
	struct bytes secret, inbound;

	TRY(connection_seal(tx, rq->project.id, id, in->secret, &secret));
	TRY(connection_seal_inbound(tx, rq->project.id, id, in->inbound_secret, &inbound));
	return q_connection_insert(tx->db,
				   &(struct q_connection_insert){
				       .project_id = rq->project.id,
				       .id = id,
				       .provider = in->provider,
				       .secret_sealed = secret,
				       .inbound_secret_sealed = inbound,
				       .display_name = in->display_name,
				   },
				   NULL);
}

static enum err
rotate(const struct request *rq, struct tx *tx, const struct connection_row *row)
{
	const struct connection_input *in = rq->input;
	struct bytes secret, inbound = row->inbound_secret_sealed;

	TRY(connection_seal(tx, rq->project.id, row->id, in->secret, &secret));
	if (in->has.inbound_secret)
		TRY(connection_seal_inbound(tx, rq->project.id, row->id, in->inbound_secret, &inbound));
	return q_connection_rotate(tx->db,
				   &(struct q_connection_rotate){
				       .project_id = rq->project.id,
				       .id = row->id,
				       .secret_sealed = secret,
				       .inbound_secret_sealed = inbound,
				       .display_name = in->has.display_name ? in->display_name : row->display_name,
				   },
				   NULL);
}

/* Rule 7: one of a provider; another secret takes the place of the one that was there. The organization's row is written. */
static enum err
connect(const struct request *rq, struct tx *tx, struct connection *ret, bool *ret_is_new)
{
	const struct connection_input *in = rq->input;
	struct connection_row row;
	enum err e = q_connection_active(tx->db, &(struct q_connection_active){ .project_id = rq->project.id, .provider = in->provider }, &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret_is_new = e == ERR_NO_ROW;
	if (*ret_is_new)
		TRY(tx_make_id(tx, ID_CONNECTION, &row.id));
	TRY(*ret_is_new ? insert(rq, tx, row.id) : rotate(rq, tx, &row));
	TRY(read_connection(rq, tx, row.id, ret));
	return record_connection(rq, tx, *ret_is_new ? EV_CONNECTION_CONNECTED : EV_CONNECTION_ROTATED, NULL, ret);
}

static enum verdict
connection_create(const struct request *rq, struct tx *tx)
{
	struct connection connection;
	bool is_new;
	enum verdict bad = check_secrets(rq);

	if (bad != VERDICT_GO_ON)
		return bad;
	enum err e = request_guard(rq, tx);
	if (e == OK)
		e = connect(rq, tx, &connection, &is_new);
	return e == OK ? show(rq, is_new ? 201 : 200, &connection) : fail_err(rq, e);
}

/* ---- PATCH ---- */

struct connection_patch {
	struct {
		bool id, inbound_secret;
	} has;
	const char *id, *inbound_secret;
};

static const struct field connection_patch_input[] = {
	IN_ID(struct connection_patch, id, ID_CONNECTION, .in = IN_PATH),
	IN_STRING(struct connection_patch, inbound_secret, .min = 1, .max = CONNECTION_SECRET_MAX, .flags = FIELD_REQUIRED | FIELD_SECRET,
		  .description = "Of stripe: the endpoint's signing secret (whsec_…), which is known once hook_url is registered there"),
	FIELDS_END,
};

static enum err
set_inbound(const struct request *rq, struct tx *tx, const struct connection *before, struct connection *ret)
{
	const struct connection_patch *in = rq->input;
	uint64_t matched = 0;
	struct bytes inbound;

	TRY(connection_seal_inbound(tx, rq->project.id, in->id, in->inbound_secret, &inbound));
	TRY(q_connection_set_inbound(
	    tx->db,
	    &(struct q_connection_set_inbound){ .project_id = rq->project.id, .id = in->id, .inbound_secret_sealed = inbound }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(read_connection(rq, tx, in->id, ret));
	return record_connection(rq, tx, EV_CONNECTION_ROTATED, before, ret);
}

static enum verdict
connection_update(const struct request *rq, struct tx *tx)
{
	const struct connection_patch *in = rq->input;
	struct connection before, connection;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = read_connection(rq, tx, in->id, &before);
	if (e == OK && !precondition_holds(rq, before.version))
		e = ERR_PRECONDITION_FAILED;
	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_inbound(rq, before.provider, in->inbound_secret);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = set_inbound(rq, tx, &before, &connection);
	return e == OK ? show(rq, 200, &connection) : fail_err(rq, e);
}

/* ---- revoke ---- */

static enum err
revoke(const struct request *rq, struct tx *tx, struct connection *ret)
{
	const struct connection_path *in = rq->input;
	struct connection before;
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(read_connection(rq, tx, in->id, &before));
	TRY(q_connection_revoke(tx->db, &(struct q_connection_revoke){ .project_id = rq->project.id, .id = in->id }, &matched));
	TRY(read_connection(rq, tx, in->id, ret));
	return matched == 0 ? OK : record_connection(rq, tx, EV_CONNECTION_REVOKED, &before, ret);
}

static enum verdict
connection_revoke(const struct request *rq, struct tx *tx)
{
	struct connection connection;
	enum err e = revoke(rq, tx, &connection);

	return e == OK ? show(rq, 200, &connection) : fail_err(rq, e);
}

#define READ .auth = AUTH_ANY, .tenant = TENANT_PROJECT, .permission = PERM_CONNECTION_READ, .method = GET
#define WRITTEN .auth = AUTH_ANY, .tenant = TENANT_PROJECT, .permission = PERM_CONNECTION_WRITE, .tx = TX_WRITE

const struct route connection_routes[] = {
	{
	    READ,
	    .id = "connection_list",
	    .path = "/api/v1/connections",
	    .summary = "List connections",
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct connection_list_input, connection_list_input),
	    .output = connection_fields,
	    .handler = connection_list,
	},
	{
	    WRITTEN,
	    .id = "connection_create",
	    .method = POST,
	    .path = "/api/v1/connections",
	    .summary = "Store a payment provider's key",
	    .description = "A project has one of each provider: a second key takes the place of the first (200).",
	    .status = 201,
	    .other_status = 200,
	    .flags = ROUTE_ETAG,
	    INPUT(struct connection_input, connection_create_input),
	    .output = connection_fields,
	    .errors = { ERR_SECRET_ENVIRONMENT_MISMATCH },
	    .handler = connection_create,
	},
	{
	    READ,
	    .id = "connection_get",
	    .path = "/api/v1/connections/{id}",
	    .summary = "Get a connection",
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct connection_path, connection_path),
	    .output = connection_fields,
	    .handler = connection_get,
	},
	{
	    WRITTEN,
	    .id = "connection_update",
	    .method = PATCH,
	    .path = "/api/v1/connections/{id}",
	    .summary = "Store a connection's signing secret",
	    .description = "The key stays as it is.",
	    .flags = ROUTE_ETAG,
	    INPUT(struct connection_patch, connection_patch_input),
	    .output = connection_fields,
	    .handler = connection_update,
	},
	{
	    WRITTEN,
	    .id = "connection_revoke",
	    .method = POST,
	    .path = "/api/v1/connections/{id}/revoke",
	    .summary = "Wipe a stored key",
	    .description = "For good. Nobody is paid by it any more, and its notifications are answered 404.",
	    .flags = ROUTE_ETAG,
	    INPUT(struct connection_path, connection_path),
	    .output = connection_fields,
	    .handler = connection_revoke,
	},
	ROUTES_END,
};

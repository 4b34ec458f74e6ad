/*
 * /api/v1/payment_providers/{provider}: by whom a project is paid (licensing.md section 3).
 */
#include "handlers/payments/payments.h"

#include <string.h>

#include "handlers/routes.h"

struct payment_provider {
	const char *provider, *connection_id, *instructions;
	bool is_default;
	int64_t version, created_at, updated_at;
};

static const struct field payment_provider_fields[] = {
	OUT_ENUM(struct payment_provider, provider, payment_provider_names),
	OUT_STRING(struct payment_provider, connection_id, .flags = FIELD_NULLABLE, .description = "Of stripe and midtrans: where the key is kept"),
	OUT_STRING(struct payment_provider, instructions, .flags = FIELD_NULLABLE, .description = "Of manual: what the page tells people to do"),
	OUT_BOOL(struct payment_provider, is_default, .description = "Whether payments go there that name none"),
	OUT_TIME(struct payment_provider, created_at, .flags = FIELD_NO_DIFF),
	OUT_TIME(struct payment_provider, updated_at, .flags = FIELD_NO_DIFF),
	FIELDS_END,
};

struct provider_input {
	struct {
		bool provider, connection_id, instructions, is_default;
	} has;
	const char *provider, *connection_id, *instructions;
	bool is_default;
};

static const struct field provider_path[] = {
	IN_STRING(struct provider_input, provider, .in = IN_PATH, .min = 1, .max = 30, .description = "stripe, midtrans or manual"),
	FIELDS_END,
};

static const struct field provider_put_input[] = {
	IN_STRING(struct provider_input, provider, .in = IN_PATH, .min = 1, .max = 30, .description = "stripe, midtrans or manual"),
	IN_ID(struct provider_input, connection_id, ID_CONNECTION,
	      .description = "Of stripe and midtrans, and then required: a connection of the project to that provider"),
	IN_STRING(struct provider_input, instructions, .min = 1, .max = 4096, .flags = FIELD_LINE_BREAKS,
		  .description = "Of manual, and then required: what people are to do, an account for example"),
	IN_BOOL(struct provider_input, is_default, .description = "Payments that name no provider go there; the first one gets them anyway"),
	FIELDS_END,
};

static struct payment_provider
provider_of(const struct payment_provider_row *row)
{
	return (struct payment_provider){
		.provider = row->provider,
		.connection_id = row->connection_id,
		.instructions = row->instructions,
		.is_default = row->is_default == 1,
		.version = row->version,
		.created_at = row->created_at,
		.updated_at = row->updated_at,
	};
}

static enum err
read_provider(const struct request *rq, struct tx *tx, struct payment_provider *ret)
{
	const struct provider_input *in = rq->input;
	struct payment_provider_row row;

	TRY(q_payment_provider_get(tx->db, &(struct q_payment_provider_get){ .project_id = rq->project.id, .provider = in->provider }, &row));
	*ret = provider_of(&row);
	return OK;
}

static enum err
record_provider(const struct request *rq, struct tx *tx, enum event event, const struct payment_provider *before, const struct payment_provider *after)
{
	const struct payment_provider *provider = after != NULL ? after : before;
	struct record r = request_record(rq, event, provider->provider, provider->provider);

	r.fields = payment_provider_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum verdict
payment_provider_get(const struct request *rq, struct tx *tx)
{
	struct payment_provider provider;
	enum err e = read_provider(rq, tx, &provider);

	if (e != OK)
		return fail_err(rq, e);
	reply_etag(rq, provider.version);
	return reply(rq, 200, payment_provider_fields, &provider);
}

/* ---- PUT ---- */

static enum err
put(const struct request *rq, struct tx *tx, bool is_new, const struct payment_provider *before, struct payment_provider *ret)
{
	const struct provider_input *in = rq->input;
	bool is_default = in->has.is_default ? in->is_default : !is_new && before->is_default;

	if (is_default)
		TRY(q_payment_provider_undefault(
		    tx->db, &(struct q_payment_provider_undefault){ .project_id = rq->project.id, .provider = in->provider }, NULL));
	TRY(q_payment_provider_put(tx->db,
				   &(struct q_payment_provider_put){
				       .project_id = rq->project.id,
				       .provider = in->provider,
				       .connection_id = in->connection_id,
				       .instructions = in->instructions,
				       .is_default = is_default ? 1 : NONE,
				   },
				   NULL));
	TRY(read_provider(rq, tx, ret));
	return record_provider(rq, tx, EV_PAYMENT_PROVIDER_UPDATED, is_new ? NULL : before, ret);
}

static enum verdict
check_connection(const struct request *rq, struct tx *tx)
{
	const struct provider_input *in = rq->input;
	struct connection_row row;

	if (in->has.instructions)
		return fail_field(rq, "instructions", "not_for_provider", "The provider's own page tells people how to pay.");
	if (!in->has.connection_id)
		return fail_field(rq, "connection_id", "required", "Connect the provider first, and name the connection.");
	enum err e = q_connection_get(tx->db, &(struct q_connection_get){ .project_id = rq->project.id, .id = in->connection_id }, &row);
	if (e != OK && e != ERR_NO_ROW)
		return fail_err(rq, e);
	if (e == ERR_NO_ROW || strcmp(row.provider, in->provider) != 0 || strcmp(row.status, "connected") != 0)
		return fail_field(rq, "connection_id", "unknown", "The project has no such connection to that provider.");
	return go_on(rq);
}

static enum verdict
check_put(const struct request *rq, struct tx *tx)
{
	const struct provider_input *in = rq->input;

	if (strcmp(in->provider, PAYMENT_BY_STRIPE) == 0 || strcmp(in->provider, PAYMENT_BY_MIDTRANS) == 0)
		return check_connection(rq, tx);
	if (strcmp(in->provider, PAYMENT_BY_MANUAL) != 0)
		return fail_err(rq, ERR_NOT_FOUND);
	if (in->has.connection_id)
		return fail_field(rq, "connection_id", "not_for_provider", "Nobody is asked about payments by hand.");
	if (!in->has.instructions)
		return fail_field(rq, "instructions", "required", "Say what people are to do.");
	return go_on(rq);
}

static enum verdict
payment_provider_put(const struct request *rq, struct tx *tx)
{
	struct payment_provider before, provider;
	enum err e = request_guard(rq, tx);

	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check_put(rq, tx);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = read_provider(rq, tx, &before);
	bool is_new = e == ERR_NO_ROW;
	if (e == OK || is_new)
		e = put(rq, tx, is_new, &before, &provider);
	if (e != OK)
		return fail_err(rq, e);
	reply_etag(rq, provider.version);
	return reply(rq, is_new ? 201 : 200, payment_provider_fields, &provider);
}

/* ---- DELETE ---- */

static enum err
delete_provider(const struct request *rq, struct tx *tx)
{
	const struct provider_input *in = rq->input;
	struct payment_provider before;

	TRY(request_guard(rq, tx));
	TRY(read_provider(rq, tx, &before));
	TRY(q_payment_provider_delete(
	    tx->db, &(struct q_payment_provider_delete){ .project_id = rq->project.id, .provider = in->provider }, NULL));
	return record_provider(rq, tx, EV_PAYMENT_PROVIDER_DELETED, &before, NULL);
}

static enum verdict
payment_provider_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_provider(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

#define AT .auth = AUTH_ANY, .tenant = TENANT_PROJECT, .permission = PERM_PAYMENT_WRITE, .path = "/api/v1/payment_providers/{provider}"

const struct route payment_provider_routes[] = {
	{
	    AT,
	    .id = "payment_provider_get",
	    .method = GET,
	    .summary = "Get a payment provider",
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct provider_input, provider_path),
	    .output = payment_provider_fields,
	    .handler = payment_provider_get,
	},
	{
	    AT,
	    .id = "payment_provider_put",
	    .method = PUT,
	    .summary = "Set up by whom the project is paid",
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    .status = 201,
	    .other_status = 200,
	    INPUT(struct provider_input, provider_put_input),
	    .output = payment_provider_fields,
	    .handler = payment_provider_put,
	},
	{
	    AT,
	    .id = "payment_provider_delete",
	    .method = DELETE,
	    .summary = "Take a payment provider away",
	    .description = "Payments that have begun with it go on.",
	    .tx = TX_WRITE,
	    INPUT(struct provider_input, provider_path),
	    .handler = payment_provider_delete,
	},
	ROUTES_END,
};

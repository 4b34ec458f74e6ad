/*
 * /api/v1/meters: what a project counts of its own (licensing.md section 3).
 */
#include "handlers/routes.h"

#include "domain/meters.h"
#include "fcgi/request.h"
#include "lib/features.h"
#include "lib/meters.h"
#include "sql/gen/schema_keys.h"

static enum verdict
show(const struct request *rq, unsigned status, const struct meter_row *meter)
{
	reply_etag(rq, meter->version);
	return reply(rq, status, meter_fields, meter);
}

static enum err
find(const struct request *rq, struct tx *tx, const char *id, struct meter_row *ret)
{
	return q_meter_get(tx->db, &(struct q_meter_get){ .project_id = rq->project.id, .id = id }, ret);
}

/* ---- GET ---- */

static enum err
find_meters(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_meter_count_row count = { .total = NONE };
	struct meter_row *meters;

	TRY(q_meter_list(tx->db,
			 &(struct q_meter_list){
			     .project_id = rq->project.id, .after_id = rq->page.after_id, .limit = rq->page.limit + 1 },
			 &meters, &list->count));
	if (rq->page.include_total)
		TRY(q_meter_count(tx->db, &(struct q_meter_count){ .project_id = rq->project.id }, &count));
	list->items = meters;
	list->total = count.total;
	return OK;
}

static enum verdict
meter_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = meter_fields,
		.item_size = sizeof(struct meter_row),
		.id_offset = offsetof(struct meter_row, id),
	};
	enum err e = find_meters(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- POST, PATCH, DELETE ---- */

struct meter_input {
	struct {
		bool id, meter_key, unit, display_name;
	} has;
	const char *id, *meter_key, *unit, *display_name;
};

#define UNIT	     .min = 1, .max = 32, .description = "What one of it is called: tokens, megabytes"
#define DISPLAY_NAME .min = 1, .max = 128

static const struct field meter_create_input[] = {
	IN_STRING(struct meter_input, meter_key, .check = feature_key_check, .flags = FIELD_REQUIRED,
		  .description = "Lower-case letters, digits and _; never changes"),
	IN_STRING(struct meter_input, unit, UNIT, .flags = FIELD_REQUIRED),
	IN_STRING(struct meter_input, display_name, DISPLAY_NAME, .flags = FIELD_REQUIRED),
	FIELDS_END,
};

static const struct field meter_update_input[] = {
	IN_ID(struct meter_input, id, ID_METER, .in = IN_PATH),
	IN_STRING(struct meter_input, meter_key, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct meter_input, unit, UNIT),
	IN_STRING(struct meter_input, display_name, DISPLAY_NAME),
	FIELDS_END,
};

static const struct field meter_path[] = {
	IN_ID(struct meter_input, id, ID_METER, .in = IN_PATH),
	FIELDS_END,
};

static enum err
insert(const struct request *rq, struct tx *tx, const char **ret_id)
{
	const struct meter_input *in = rq->input;
	const char *id;

	if (meter_is_builtin(in->meter_key))
		return ERR_METER_KEY_EXISTS;
	TRY(tx_make_id(tx, ID_METER, &id));
	enum err e = q_meter_insert(tx->db,
				    &(struct q_meter_insert){
					.project_id = rq->project.id,
					.id = id,
					.meter_key = in->meter_key,
					.unit = in->unit,
					.display_name = in->display_name,
				    },
				    NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_METERS_UQ_METER_KEY, ERR_METER_KEY_EXISTS));
	*ret_id = id;
	return OK;
}

static enum err
create(const struct request *rq, struct tx *tx, struct meter_row *ret)
{
	const char *id;

	TRY(request_guard(rq, tx));
	TRY(insert(rq, tx, &id));
	TRY(find(rq, tx, id, ret));
	return meter_record(tx, EV_METER_CREATED, rq->org.id, rq->project.id, NULL, ret);
}

static enum verdict
meter_create(const struct request *rq, struct tx *tx)
{
	struct meter_row meter;
	enum err e = create(rq, tx, &meter);

	return e == OK ? show(rq, 201, &meter) : fail_err(rq, e);
}

/* Written first, so that of two who change one the second reads what the first wrote. */
static enum err
lock(const struct request *rq, struct tx *tx, struct meter_row *ret)
{
	const struct meter_input *in = rq->input;
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_meter_guard(tx->db, &(struct q_meter_guard){ .project_id = rq->project.id, .id = in->id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	TRY(find(rq, tx, in->id, ret));
	return precondition_holds(rq, ret->version - 1) ? OK : ERR_PRECONDITION_FAILED;
}

static enum err
update(const struct request *rq, struct tx *tx, struct meter_row *ret)
{
	const struct meter_input *in = rq->input;
	struct meter_row before;

	TRY(lock(rq, tx, &before));
	TRY(q_meter_update(tx->db,
			   &(struct q_meter_update){
			       .project_id = rq->project.id,
			       .id = in->id,
			       .unit = in->has.unit ? in->unit : before.unit,
			       .display_name = in->has.display_name ? in->display_name : before.display_name,
			   },
			   NULL));
	TRY(find(rq, tx, in->id, ret));
	return meter_record(tx, EV_METER_UPDATED, rq->org.id, rq->project.id, &before, ret);
}

static enum verdict
meter_update(const struct request *rq, struct tx *tx)
{
	struct meter_row meter;
	enum err e = update(rq, tx, &meter);

	return e == OK ? show(rq, 200, &meter) : fail_err(rq, e);
}

static enum err
delete_meter(const struct request *rq, struct tx *tx)
{
	struct meter_row before;

	TRY(lock(rq, tx, &before));
	TRY(meter_remove(tx, rq->project.id, &before));
	return meter_record(tx, EV_METER_DELETED, rq->org.id, rq->project.id, &before, NULL);
}

static enum verdict
meter_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_meter(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route meter_routes[] = {
	{
	    .id = "meter_list",
	    .method = GET,
	    .path = "/api/v1/meters",
	    .summary = "List meters",
	    .description = "Those of the project's own. Built in are requests, token_issues, validations, key_verifications, tool_calls, deliveries, "
			   "emails and mau.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = meter_fields,
	    .handler = meter_list,
	},
	{
	    .id = "meter_create",
	    .method = POST,
	    .path = "/api/v1/meters",
	    .summary = "Make a meter",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_ETAG,
	    INPUT(struct meter_input, meter_create_input),
	    .output = meter_fields,
	    .errors = { ERR_METER_KEY_EXISTS },
	    .handler = meter_create,
	},
	{
	    .id = "meter_update",
	    .method = PATCH,
	    .path = "/api/v1/meters/{id}",
	    .summary = "Change a meter",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct meter_input, meter_update_input),
	    .output = meter_fields,
	    .handler = meter_update,
	},
	{
	    .id = "meter_delete",
	    .method = DELETE,
	    .path = "/api/v1/meters/{id}",
	    .summary = "Delete a meter",
	    .description = "With all that was counted of it.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct meter_input, meter_path),
	    .handler = meter_delete,
	},
	ROUTES_END,
};

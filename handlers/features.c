/*
 * /api/v1/features: what a project's plans differ in (licensing.md section 3).
 */
#include "handlers/routes.h"

#include <string.h>

#include "domain/features.h"
#include "domain/meters.h"
#include "fcgi/request.h"
#include "sql/gen/schema_keys.h"

struct feature_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field feature_path[] = {
	IN_ID(struct feature_path, id, ID_FEATURE, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
show(const struct request *rq, unsigned status, const struct feature *feature)
{
	reply_etag(rq, feature->version);
	return reply(rq, status, feature_fields, feature);
}

static enum err
record_change(const struct request *rq, struct tx *tx, enum event event, const struct feature *before, const struct feature *after)
{
	const struct feature *feature = after != NULL ? after : before;
	struct record r = request_record(rq, event, feature->id, feature->feature_key);

	r.fields = feature_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum err
read_feature(struct tx *tx, const char *project_id, const char *id, struct feature *ret)
{
	struct feature_row row;

	TRY(q_feature_get(tx->db, &(struct q_feature_get){ .project_id = project_id, .id = id }, &row));
	*ret = feature_of_row(tx->arena, &row);
	return OK;
}

/* ---- GET ---- */

static enum err
find_features(const struct request *rq, struct tx *tx, struct list_reply *list)
{
	struct q_feature_count_row total = { .total = NONE };
	struct feature_row *rows;
	size_t count;

	TRY(q_feature_list(tx->db,
			   &(struct q_feature_list){
			       .project_id = rq->project.id,
			       .after_id = rq->page.after_id,
			       .limit = rq->page.limit + 1,
			   },
			   &rows, &count));
	if (rq->page.include_total)
		TRY(q_feature_count(tx->db, &(struct q_feature_count){ .project_id = rq->project.id }, &total));
	struct feature *features = ARENA_ARRAY(rq->arena, count, struct feature);
	for (size_t i = 0; i < count; i++)
		features[i] = feature_of_row(rq->arena, &rows[i]);
	list->items = features;
	list->count = count;
	list->total = total.total;
	return OK;
}

static enum verdict
feature_list(const struct request *rq, struct tx *tx)
{
	struct list_reply list = {
		.fields = feature_fields,
		.item_size = sizeof(struct feature),
		.id_offset = offsetof(struct feature, id),
	};
	enum err e = find_features(rq, tx, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- POST and PATCH ---- */

struct feature_input {
	struct {
		bool id, feature_key, type, default_value, meter_key, description;
	} has;
	const char *id, *feature_key, *type;
	const struct json *default_value;
	const char *meter_key, *description;
};

#define SETTINGS                                                                                                             \
	{ .name = "default", .type = FIELD_JSON, .offset = offsetof(struct feature_input, default_value),                    \
	  .has_offset = offsetof(struct feature_input, has.default_value), .flags = FIELD_TREE | FIELD_NULLABLE,             \
	  .description = "For who has it neither by plan nor by override. false, or 0, when absent; null: no limit" },       \
	    IN_STRING(struct feature_input, meter_key, .check = feature_key_check, .flags = FIELD_NULLABLE,                  \
		      .description = "Of a limit: the meter that it is the limit of"),                                       \
	    IN_STRING(struct feature_input, description, .min = 1, .max = 512, .flags = FIELD_NULLABLE | FIELD_LINE_BREAKS)

static const struct field feature_create_input[] = {
	IN_STRING(struct feature_input, feature_key, .check = feature_key_check, .flags = FIELD_REQUIRED, .description = "Never changes"),
	IN_ENUM(struct feature_input, type, feature_types, .flags = FIELD_REQUIRED, .description = "Never changes"),
	SETTINGS,
	FIELDS_END,
};

static const struct field feature_update_input[] = {
	IN_ID(struct feature_input, id, ID_FEATURE, .in = IN_PATH),
	IN_STRING(struct feature_input, feature_key, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct feature_input, type, .flags = FIELD_IMMUTABLE),
	SETTINGS,
	FIELDS_END,
};

/* What its type allows. ret_default is untouched when nothing was said of it. */
static enum verdict
check(const struct request *rq, struct tx *tx, enum feature_type type, int64_t *ret_default)
{
	static const struct json null = { .type = JSON_NULL };
	const struct feature_input *in = rq->input;
	const char *rule = NULL;

	if (in->has.default_value)
		rule = feature_value_take(type, in->default_value != NULL ? in->default_value : &null, ret_default);
	if (rule != NULL)
		return fail_field(rq, "default", rule, "%s", feature_rule_message(type));
	if (in->meter_key == NULL)
		return go_on(rq);
	if (type != FEATURE_LIMIT)
		return fail_field(rq, "meter_key", "conflict", "Only a limit has a meter.");
	bool is_known;
	enum err e = meter_is_known(tx, rq->project.id, in->meter_key, &is_known);
	if (e != OK)
		return fail_err(rq, e);
	return is_known ? go_on(rq) : fail_field(rq, "meter_key", "unknown", "The project has no such meter.");
}

static enum err
insert(const struct request *rq, struct tx *tx, int64_t default_value, struct feature *ret)
{
	const struct feature_input *in = rq->input;
	const char *id;

	TRY(tx_make_id(tx, ID_FEATURE, &id));
	enum err e = q_feature_insert(tx->db,
				      &(struct q_feature_insert){
					  .project_id = rq->project.id,
					  .id = id,
					  .feature_key = in->feature_key,
					  .type = in->type,
					  .default_value = default_value,
					  .meter_key = in->meter_key,
					  .description = in->description,
				      },
				      NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_FEATURES_UQ_FEATURE_KEY, ERR_FEATURE_KEY_EXISTS));
	TRY(read_feature(tx, rq->project.id, id, ret));
	return record_change(rq, tx, EV_FEATURE_CREATED, NULL, ret);
}

static enum verdict
fail_full(const struct request *rq, int64_t used)
{
	return fail_details(rq, ERR_PLAN_LIMIT_REACHED,
			    arena_printf(rq->arena, "{\"limit_key\":\"features\",\"limit\":%d,\"used\":%lld}", FEATURES_MAX, (long long)used),
			    "A project has at most %d features.", FEATURES_MAX);
}

static enum verdict
feature_create(const struct request *rq, struct tx *tx)
{
	const struct feature_input *in = rq->input;
	struct q_feature_count_row count = { .total = 0 };
	int64_t default_value = 0;
	struct feature feature;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = q_feature_count(tx->db, &(struct q_feature_count){ .project_id = rq->project.id }, &count);
	if (e != OK)
		return fail_err(rq, e);
	if (count.total >= FEATURES_MAX)
		return fail_full(rq, count.total);
	enum verdict bad = check(rq, tx, feature_type_parse(in->type), &default_value);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = insert(rq, tx, default_value, &feature);
	return e == OK ? show(rq, 201, &feature) : fail_err(rq, e);
}

/* Written first, so that of two who change one the second reads what the first wrote. */
static enum err
lock(const struct request *rq, struct tx *tx, const char *id, struct feature_row *ret)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_feature_touch(tx->db, &(struct q_feature_touch){ .project_id = rq->project.id, .id = id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	return q_feature_get(tx->db, &(struct q_feature_get){ .project_id = rq->project.id, .id = id }, ret);
}

static enum err
update(const struct request *rq, struct tx *tx, const struct feature_row *row, int64_t default_value, struct feature *ret)
{
	const struct feature_input *in = rq->input;
	const struct feature before = feature_of_row(rq->arena, row);

	TRY(q_feature_update(tx->db,
			     &(struct q_feature_update){
				 .project_id = rq->project.id,
				 .id = in->id,
				 .default_value = default_value,
				 .meter_key = in->has.meter_key ? in->meter_key : row->meter_key,
				 .description = in->has.description ? in->description : row->description,
			     },
			     NULL));
	TRY(read_feature(tx, rq->project.id, in->id, ret));
	return record_change(rq, tx, EV_FEATURE_UPDATED, &before, ret);
}

static enum verdict
feature_update(const struct request *rq, struct tx *tx)
{
	const struct feature_input *in = rq->input;
	struct feature_row row;
	struct feature feature;
	enum err e = lock(rq, tx, in->id, &row);

	if (e == OK && !precondition_holds(rq, row.version - 1))
		e = ERR_PRECONDITION_FAILED;
	if (e != OK)
		return fail_err(rq, e);
	int64_t default_value = row.default_value;
	enum verdict bad = check(rq, tx, feature_type_parse(row.type), &default_value);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = update(rq, tx, &row, default_value, &feature);
	return e == OK ? show(rq, 200, &feature) : fail_err(rq, e);
}

/* ---- DELETE ---- */

static enum err
delete_feature(const struct request *rq, struct tx *tx)
{
	const struct feature_path *in = rq->input;
	struct feature_row row;

	TRY(lock(rq, tx, in->id, &row));
	const struct feature before = feature_of_row(rq->arena, &row);
	TRY(q_feature_delete(tx->db, &(struct q_feature_delete){ .project_id = rq->project.id, .id = in->id }, NULL));
	return record_change(rq, tx, EV_FEATURE_DELETED, &before, NULL);
}

static enum verdict
feature_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_feature(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route feature_routes[] = {
	{
	    .id = "feature_list",
	    .method = GET,
	    .path = "/api/v1/features",
	    .summary = "List features",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PLAN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    .output = feature_fields,
	    .handler = feature_list,
	},
	{
	    .id = "feature_create",
	    .method = POST,
	    .path = "/api/v1/features",
	    .summary = "Make a feature",
	    .description = "At most 64 a project, for they go into tokens.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_ETAG,
	    INPUT(struct feature_input, feature_create_input),
	    .output = feature_fields,
	    .errors = { ERR_FEATURE_KEY_EXISTS, ERR_PLAN_LIMIT_REACHED },
	    .handler = feature_create,
	},
	{
	    .id = "feature_update",
	    .method = PATCH,
	    .path = "/api/v1/features/{id}",
	    .summary = "Change a feature",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct feature_input, feature_update_input),
	    .output = feature_fields,
	    .handler = feature_update,
	},
	{
	    .id = "feature_delete",
	    .method = DELETE,
	    .path = "/api/v1/features/{id}",
	    .summary = "Delete a feature",
	    .description = "With what plans and overrides say of it.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct feature_path, feature_path),
	    .handler = feature_delete,
	},
	ROUTES_END,
};

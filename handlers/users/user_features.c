/*
 * /api/v1/users/{id}/features: what a user may use, and what they have whatever their plan says (licensing.md rule 23).
 */
#include "handlers/routes.h"

#include "domain/features.h"
#include "domain/user_object.h"
#include "handlers/users/user_input.h"

/* ---- GET ---- */

static enum err
find_values(const struct request *rq, struct tx *tx, const char *user_id, struct list_reply *list)
{
	struct feature_value *values;
	struct user_row user;

	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = user_id }, &user));
	TRY(features_page(tx, rq->project.id, &(struct feature_subjects){ .user_id = user.id }, rq->page.after_id, rq->page.limit + 1, &values,
			  &list->count));
	list->items = values;
	list->total = NONE;
	if (!rq->page.include_total)
		return OK;
	struct q_feature_count_row total;
	TRY(q_feature_count(tx->db, &(struct q_feature_count){ .project_id = rq->project.id }, &total));
	list->total = total.total;
	return OK;
}

static enum verdict
user_feature_list(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;
	struct list_reply list = {
		.fields = feature_value_fields,
		.item_size = sizeof(struct feature_value),
		.id_offset = offsetof(struct feature_value, feature_key),
	};
	enum err e = find_values(rq, tx, in->id, &list);

	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

/* ---- PUT and DELETE ---- */

struct override_input {
	struct {
		bool id, feature_key, value, expires_at;
	} has;
	const char *id, *feature_key;
	const struct json *value;
	int64_t expires_at;
};

#define OF_USER                                                                                                              \
	IN_ID(struct override_input, id, ID_USER, .in = IN_PATH),                                                            \
	    IN_STRING(struct override_input, feature_key, .in = IN_PATH, .check = feature_key_check)

static const struct field override_path[] = { OF_USER, FIELDS_END };

static const struct field override_input[] = {
	OF_USER,
	IN_JSON(struct override_input, value, .flags = FIELD_REQUIRED | FIELD_NULLABLE | FIELD_TREE,
		.description = "true or false, a number, null for no limit, as the feature's type says"),
	IN_TIME(struct override_input, expires_at, .flags = FIELD_NULLABLE, .description = "Their plan counts again then; never when absent"),
	FIELDS_END,
};

/* Whose override, and of what: the guard first. */
static enum err
find(const struct request *rq, struct tx *tx, struct user_object_row *user, struct feature_value *before)
{
	const struct override_input *in = rq->input;

	TRY(request_guard(rq, tx));
	TRY(user_object_get(tx, rq->project.id, in->id, user));
	return feature_find(tx, rq->project.id, &(struct feature_subjects){ .user_id = user->id }, in->feature_key, before);
}

static enum err
record_change(const struct request *rq, struct tx *tx, const struct user_object_row *user, const struct feature_value *before,
	      struct feature_value *after)
{
	TRY(feature_find(tx, rq->project.id, &(struct feature_subjects){ .user_id = user->id }, before->feature_key, after));
	struct record r = request_record(rq, EV_FEATURE_OVERRIDDEN, user->id, user_object_label(rq->arena, user));

	r.fields = feature_value_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

static enum err
put(const struct request *rq, struct tx *tx, const struct user_object_row *user, const struct feature_value *before, int64_t value,
    struct feature_value *ret)
{
	const struct override_input *in = rq->input;

	TRY(q_feature_override_put(tx->db,
				   &(struct q_feature_override_put){
				       .project_id = rq->project.id,
				       .subject_id = user->id,
				       .feature_id = before->feature_id,
				       .value = value,
				       .expires_at = in->expires_at,
				   },
				   NULL));
	return record_change(rq, tx, user, before, ret);
}

static enum verdict
user_feature_put(const struct request *rq, struct tx *tx)
{
	static const struct json null = { .type = JSON_NULL };
	const struct override_input *in = rq->input;
	struct feature_value before, after;
	struct user_object_row user;
	int64_t value = 0;
	enum err e = find(rq, tx, &user, &before);

	if (e != OK)
		return fail_err(rq, e);
	enum feature_type type = feature_type_parse(before.type);
	const char *rule = feature_value_take(type, in->value != NULL ? in->value : &null, &value);
	if (rule != NULL)
		return fail_field(rq, "value", rule, "%s", feature_rule_message(type));
	if (in->expires_at != NONE && in->expires_at <= rq->now_ms)
		return fail_field(rq, "expires_at", "range", "It ends in the future.");
	e = put(rq, tx, &user, &before, value, &after);
	return e == OK ? reply(rq, 200, feature_value_fields, &after) : fail_err(rq, e);
}

static enum err
remove_override(const struct request *rq, struct tx *tx)
{
	struct feature_value before, after;
	struct user_object_row user;
	uint64_t matched = 0;

	TRY(find(rq, tx, &user, &before));
	TRY(q_feature_override_delete(tx->db,
				      &(struct q_feature_override_delete){
					  .project_id = rq->project.id,
					  .subject_id = user.id,
					  .feature_id = before.feature_id,
				      },
				      &matched));
	return matched == 0 ? ERR_NOT_FOUND : record_change(rq, tx, &user, &before, &after);
}

static enum verdict
user_feature_delete(const struct request *rq, struct tx *tx)
{
	enum err e = remove_override(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

#define FEATURE_ROUTE .auth = AUTH_ANY | AUTH_CLIENT, .tenant = TENANT_PROJECT

const struct route user_feature_routes[] = {
	{
	    FEATURE_ROUTE,
	    .id = "user_feature_list",
	    .method = GET,
	    .path = "/api/v1/users/{id}/features",
	    .summary = "List a user's features",
	    .description = "Every feature of the project with what it comes to for them, by key.",
	    .permission = PERM_PLAN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST,
	    INPUT(struct user_path, user_path),
	    .output = feature_value_fields,
	    .handler = user_feature_list,
	},
	{
	    FEATURE_ROUTE,
	    .id = "user_feature_put",
	    .method = PUT,
	    .path = "/api/v1/users/{id}/features/{feature_key}",
	    .summary = "Override a user's feature",
	    .description = "They have it so whatever their plan says.",
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct override_input, override_input),
	    .output = feature_value_fields,
	    .handler = user_feature_put,
	},
	{
	    FEATURE_ROUTE,
	    .id = "user_feature_delete",
	    .method = DELETE,
	    .path = "/api/v1/users/{id}/features/{feature_key}",
	    .summary = "Take an override away",
	    .description = "Their plan counts again.",
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct override_input, override_path),
	    .handler = user_feature_delete,
	},
	ROUTES_END,
};

/*
 * GET and PUT /api/v1/project_limits: how much of each meter a project may use in a month (licensing.md section 3).
 */
#include "handlers/routes.h"

#include "domain/meters.h"
#include "domain/quotas.h"
#include "fcgi/request.h"
#include "lib/features.h"
#include "lib/meters.h"

#define LIMITS_MAX 100

struct project_limits {
	const char *limits;	/* JSON object */
};

static const struct field project_limits_fields[] = {
	OUT_JSON(struct project_limits, limits, .description = "Whole numbers by the meters' keys; a meter that isn't here has none"),
	FIELDS_END,
};

struct project_limits_input {
	struct {
		bool limits;
	} has;
	const struct json *limits;
};

static const struct field project_limits_input[] = {
	IN_JSON(struct project_limits_input, limits, .flags = FIELD_REQUIRED | FIELD_TREE,
		.description = "All of them, by the meters' keys: whole numbers a month; null: none"),
	FIELDS_END,
};

static enum err
read_limits(const struct request *rq, struct tx *tx, struct project_limits *ret)
{
	struct buffer text = buffer_new(rq->arena);
	struct project_limit_row *rows;
	size_t count;

	TRY(q_project_limit_list(tx->db, &(struct q_project_limit_list){ .project_id = rq->project.id }, &rows, &count));
	buffer_char(&text, '{');
	for (size_t i = 0; i < count; i++) {
		if (i > 0)
			buffer_char(&text, ',');
		buffer_json_string(&text, rows[i].meter_key);
		buffer_char(&text, ':');
		buffer_int(&text, rows[i].limit_value);
	}
	buffer_char(&text, '}');
	ret->limits = buffer_string(&text);
	return OK;
}

static enum verdict
project_limits_get(const struct request *rq, struct tx *tx)
{
	struct project_limits limits;
	enum err e = read_limits(rq, tx, &limits);

	return e == OK ? reply(rq, 200, project_limits_fields, &limits) : fail_err(rq, e);
}

/* ---- PUT ---- */

static void
complain(const struct request *rq, struct field_errors *errors, const char *name, const char *rule, const char *message)
{
	field_errors_add(errors, rq->arena, arena_printf(rq->arena, "limits.%s", name), rule, "%s", message);
}

/* More than the organization's plan has for all of its projects is no limit; where more than that is billed, any is one. */
static void
check_plan(const struct request *rq, const char *meters, const char *name, int64_t limit, struct field_errors *errors)
{
	struct meter_terms terms;

	if (meter_terms_find(rq->arena, meters, name, &terms) && terms.included != NONE && terms.unit == 0 && limit > terms.included)
		complain(rq, errors, name, "above_plan",
			 arena_printf(rq->arena, "The organization's plan includes %lld a month.", (long long)terms.included));
}

static enum err
check_one(const struct request *rq, struct tx *tx, const char *meters, const char *name, const struct json *value,
	  struct field_errors *errors)
{
	bool is_known = false;

	if (feature_key_check(name) == NULL)
		TRY(meter_is_known(tx, rq->project.id, name, &is_known));
	if (!is_known)
		complain(rq, errors, feature_key_check(name) == NULL ? name : "*", "unknown", "The project has no such meter.");
	else if (value->type != JSON_NULL && value->type != JSON_INT)
		complain(rq, errors, name, "type", "A limit is a whole number, or null for none.");
	else if (value->type == JSON_INT && (value->integer < 0 || value->integer > FEATURE_LIMIT_MAX))
		complain(rq, errors, name, "range", "A limit is a whole number from 0 on.");
	else if (value->type == JSON_INT)
		check_plan(rq, meters, name, value->integer, errors);
	return OK;
}

/* The meters of the organization's plan as JSON; NULL: it has none. */
static enum err
read_plan(const struct request *rq, struct tx *tx, const char **ret_meters)
{
	struct org_plan_row plan;
	enum err e = q_org_plan_get(tx->db, &(struct q_org_plan_get){ .console_id = rq->console_id, .org_id = rq->org.id }, &plan);

	*ret_meters = e == OK ? plan.meters : NULL;
	return e == ERR_NO_ROW ? OK : e;
}

static enum err
check(const struct request *rq, struct tx *tx, const struct json *limits, struct field_errors *errors)
{
	const char *meters;

	TRY(read_plan(rq, tx, &meters));
	if (limits->type != JSON_OBJECT)
		field_errors_add(errors, rq->arena, "limits", "type", "It is an object of whole numbers.");
	else if (limits->count > LIMITS_MAX)
		field_errors_add(errors, rq->arena, "limits", "length", "It has at most %d members.", LIMITS_MAX);
	for (size_t i = 0; errors->count == 0 && limits->type == JSON_OBJECT && i < limits->count; i++)
		TRY(check_one(rq, tx, meters, limits->names[i], &limits->items[i], errors));
	return OK;
}

static enum err
replace(const struct request *rq, struct tx *tx, const struct json *limits)
{
	TRY(q_project_limit_delete_all(tx->db, &(struct q_project_limit_delete_all){ .project_id = rq->project.id }, NULL));
	for (size_t i = 0; i < limits->count; i++)
		if (limits->items[i].type == JSON_INT)
			TRY(q_project_limit_insert(tx->db,
						   &(struct q_project_limit_insert){
						       .project_id = rq->project.id,
						       .meter_key = limits->names[i],
						       .limit_value = limits->items[i].integer,
						   },
						   NULL));
	return OK;
}

/* One that is below what was used already counts from the next request on. */
static enum err
note_used_up(const struct request *rq, struct tx *tx, const struct json *limits)
{
	for (size_t i = 0; i < limits->count; i++)
		if (limits->items[i].type == JSON_INT && meter_is_builtin(limits->names[i]))
			TRY(gatehouse_quota_note(tx, rq->project.id, limits->names[i]));
	return OK;
}

static enum err
put(const struct request *rq, struct tx *tx, const struct json *limits, struct project_limits *ret)
{
	struct project_limits before;

	TRY(read_limits(rq, tx, &before));
	TRY(replace(rq, tx, limits));
	TRY(note_used_up(rq, tx, limits));
	TRY(read_limits(rq, tx, ret));
	struct record r = request_record(rq, EV_PROJECT_LIMIT_UPDATED, rq->project.id, rq->project.name);
	r.fields = project_limits_fields;
	r.before = &before;
	r.after = ret;
	return record(tx, &r);
}

static enum verdict
project_limits_put(const struct request *rq, struct tx *tx)
{
	const struct project_limits_input *in = rq->input;
	struct field_errors errors = { .count = 0 };
	struct project_limits limits;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = check(rq, tx, in->limits, &errors);
	if (e == OK && errors.count > 0)
		return fail_details(rq, ERR_VALIDATION_FAILED, field_errors_details(rq->arena, &errors), "Some limits aren't valid.");
	if (e == OK)
		e = put(rq, tx, in->limits, &limits);
	return e == OK ? reply(rq, 200, project_limits_fields, &limits) : fail_err(rq, e);
}

const struct route project_limit_routes[] = {
	{
	    .id = "project_limits_get",
	    .method = GET,
	    .path = "/api/v1/project_limits",
	    .summary = "How much of each meter a project may use",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_USAGE_READ,
	    .tx = TX_READ_ONE,
	    .flags = ROUTE_UNMETERED,
	    .output = project_limits_fields,
	    .handler = project_limits_get,
	},
	{
	    .id = "project_limits_put",
	    .method = PUT,
	    .path = "/api/v1/project_limits",
	    .summary = "Set how much of each meter a project may use",
	    .description = "In a month of UTC, all of its people together, and not more than the organization's plan includes. What isn't named "
			   "has no limit of the project's own.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_BILLING_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_UNMETERED,
	    INPUT(struct project_limits_input, project_limits_input),
	    .output = project_limits_fields,
	    .handler = project_limits_put,
	},
	ROUTES_END,
};

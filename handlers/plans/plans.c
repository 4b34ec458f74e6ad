/*
 * /api/v1/plans: what a project offers its people, and what it costs (licensing.md section 3).
 */
#include "handlers/plans/plans.h"

#include <string.h>

#include "domain/held_plans.h"
#include "domain/plans.h"
#include "handlers/routes.h"
#include "lib/encode.h"
#include "lib/text.h"
#include "sql/gen/schema_keys.h"

#define TRIAL_DAYS_MAX 365
#define SORT_MAX       1000000
#define METERS_MAX     64

struct plan_path {
	struct {
		bool id;
	} has;
	const char *id;
};

static const struct field plan_path[] = {
	IN_ID(struct plan_path, id, ID_PLAN, .in = IN_PATH),
	FIELDS_END,
};

static enum verdict
show(const struct request *rq, unsigned status, const struct plan *plan)
{
	reply_etag(rq, plan->version);
	return reply(rq, status, plan_fields, plan);
}

static enum err
record_change(const struct request *rq, struct tx *tx, enum event event, const struct plan *before, const struct plan *after)
{
	const struct plan *plan = after != NULL ? after : before;
	struct record r = request_record(rq, event, plan->id, plan->plan_key);

	r.fields = plan_fields;
	r.before = before;
	r.after = after;
	return record(tx, &r);
}

/* ---- GET ---- */

static const char *
plan_sort(const void *item)
{
	return ((const struct plan *)item)->sort_key;
}

/* is_open: those that everybody may see. archived: NONE for both kinds. */
static enum err
find_plans(const struct request *rq, struct tx *tx, const char *project_id, bool is_open, int64_t archived, struct list_reply *list)
{
	struct q_plan_count_row total = { .total = NONE };
	struct plan_row *rows;
	struct plan *plans;
	int64_t after_sort = 0;

	if (rq->page.after_sort != NULL && !int_parse(rq->page.after_sort, 0, SORT_MAX, &after_sort))
		return ERR_INVALID_CURSOR;
	TRY(q_plan_list(tx->db,
			&(struct q_plan_list){
			    .project_id = project_id,
			    .is_open = is_open,
			    .archived = archived,
			    .after_sort = after_sort,
			    .after_id = rq->page.after_id,
			    .limit = rq->page.limit + 1,
			},
			&rows, &list->count));
	TRY(plans_of_rows(tx, project_id, rows, list->count, &plans));
	if (rq->page.include_total)
		TRY(q_plan_count(tx->db, &(struct q_plan_count){ .project_id = project_id, .is_open = is_open, .archived = archived }, &total));
	list->items = plans;
	list->total = total.total;
	return OK;
}

/* Whose plans are asked for. Whoever has no credential names the project by one of its clients, and sees what is open to all. */
static enum verdict
find_place(const struct request *rq, struct tx *tx, const char *client_id, const char **ret_project_id, bool *ret_is_open)
{
	struct q_plan_project_row project;

	*ret_is_open = rq->credential.kind == CREDENTIAL_NONE;
	if (!*ret_is_open) {
		*ret_project_id = rq->project.id;
		return request_may(rq, PERM_PLAN_READ) ? go_on(rq) : fail_err(rq, request_may_not(rq, PERM_PLAN_READ));
	}
	if (client_id == NULL)
		return fail_field(rq, "client_id", "required", "Name the project by a client's id, or bring a credential.");
	enum err e = q_plan_project(tx->db, &(struct q_plan_project){ .client_id = client_id }, &project);
	if (e != OK)
		return fail_err(rq, e);
	*ret_project_id = project.id;
	return go_on(rq);
}

#define NAMED_BY(type)                                                                                                       \
	IN_ID(type, client_id, ID_ANY_CLIENT, .in = IN_QUERY, .description = "A client of the project, from whoever has no credential")

struct plan_list_input {
	struct {
		bool client_id, archived;
	} has;
	const char *client_id;
	bool archived;
};

static const struct field plan_list_input[] = {
	NAMED_BY(struct plan_list_input),
	IN_BOOL(struct plan_list_input, archived, .in = IN_QUERY, .description = "Both kinds when absent"),
	FIELDS_END,
};

static enum verdict
plan_list(const struct request *rq, struct tx *tx)
{
	const struct plan_list_input *in = rq->input;
	struct list_reply list = {
		.fields = plan_fields,
		.item_size = sizeof(struct plan),
		.id_offset = offsetof(struct plan, id),
		.sort = plan_sort,
	};
	const char *project_id;
	bool is_open;
	enum verdict verdict = find_place(rq, tx, in->client_id, &project_id, &is_open);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = find_plans(rq, tx, project_id, is_open, in->has.archived ? in->archived : NONE, &list);
	return e == OK ? reply_list(rq, &list) : fail_err(rq, e);
}

struct plan_get_input {
	struct {
		bool id, client_id;
	} has;
	const char *id, *client_id;
};

static const struct field plan_get_input[] = {
	IN_ID(struct plan_get_input, id, ID_PLAN, .in = IN_PATH),
	NAMED_BY(struct plan_get_input),
	FIELDS_END,
};

static enum verdict
plan_get(const struct request *rq, struct tx *tx)
{
	const struct plan_get_input *in = rq->input;
	const char *project_id;
	struct plan plan;
	bool is_open;
	enum verdict verdict = find_place(rq, tx, in->client_id, &project_id, &is_open);

	if (verdict != VERDICT_GO_ON)
		return verdict;
	enum err e = plan_read(tx, project_id, in->id, &plan);
	if (e == OK && is_open && (!plan.is_public || plan.archived))
		e = ERR_NOT_FOUND;
	return e == OK ? show(rq, 200, &plan) : fail_err(rq, e);
}

/* ---- POST and PATCH ---- */

struct plan_input {
	struct {
		bool id, plan_key, display_name, price, currency, period, description, features, meters, trial_days, is_public, is_default, sort,
		    archived;
	} has;
	const char *id, *plan_key, *display_name;
	int64_t price;
	const char *currency, *period, *description;
	const struct json *features;
	struct field_list meters;
	int64_t trial_days;
	bool is_public, is_default;
	int64_t sort;
	bool archived;
};

static const char *
currency_check(const char *text)
{
	return strlen(text) == 3 && strspn(text, "ABCDEFGHIJKLMNOPQRSTUVWXYZ") == 3 ? NULL : "pattern";
}

#define NAME  .min = 1, .max = 128
#define MONEY .description = "In the currency's least unit: 2900 of USD are 29 dollars, 49000 of IDR are 49,000 rupiah"
#define SETTINGS                                                                                                             \
	IN_STRING(struct plan_input, description, .min = 1, .max = 512, .flags = FIELD_NULLABLE | FIELD_LINE_BREAKS),        \
	    IN_JSON(struct plan_input, features, .max = (int64_t)16 * 1024, .flags = FIELD_TREE,                              \
		    .description = "Values by feature_key: true or false, a number, null for no limit. All of them: the old ones go"), \
	    IN_LIST(struct plan_input, meters, plan_meter_input, struct plan_meter_input, .items_max = METERS_MAX,                     \
		    .description = "All of them: the old ones go"),                                                          \
	    IN_INT(struct plan_input, trial_days, 0, TRIAL_DAYS_MAX, .description = "0, no trial, when absent"),              \
	    IN_BOOL(struct plan_input, is_public, .description = "true when absent: everybody may see it"),                  \
	    IN_BOOL(struct plan_input, is_default, .description = "What people are on who were given nothing; of a project's plans one may be it"), \
	    IN_INT(struct plan_input, sort, 0, SORT_MAX, .description = "The lowest comes first; 0 when absent")

static const struct field plan_create_input[] = {
	IN_STRING(struct plan_input, plan_key, .check = slug_check, .flags = FIELD_REQUIRED, .description = "Never changes"),
	IN_STRING(struct plan_input, display_name, NAME, .flags = FIELD_REQUIRED),
	IN_INT(struct plan_input, price, 0, PLAN_PRICE_MAX, .flags = FIELD_REQUIRED, MONEY),
	IN_STRING(struct plan_input, currency, .check = currency_check, .flags = FIELD_REQUIRED, .description = "ISO 4217"),
	IN_ENUM(struct plan_input, period, plan_periods, .flags = FIELD_REQUIRED),
	SETTINGS,
	FIELDS_END,
};

static const struct field plan_update_input[] = {
	IN_ID(struct plan_input, id, ID_PLAN, .in = IN_PATH),
	IN_STRING(struct plan_input, plan_key, .flags = FIELD_IMMUTABLE),
	IN_STRING(struct plan_input, display_name, NAME),
	IN_INT(struct plan_input, price, 0, PLAN_PRICE_MAX, MONEY),
	IN_STRING(struct plan_input, currency, .check = currency_check, .description = "ISO 4217"),
	IN_ENUM(struct plan_input, period, plan_periods),
	SETTINGS,
	IN_BOOL(struct plan_input, archived, .description = "Nobody new gets it; who is on it stays"),
	FIELDS_END,
};

/* What the tables can't say. */
static enum verdict
check(const struct request *rq, struct tx *tx, bool is_default, bool is_archived, struct plan_givens *ret)
{
	const struct plan_input *in = rq->input;
	enum verdict bad = plan_check_meters(rq, tx, in->meters);

	if (bad != VERDICT_GO_ON)
		return bad;
	if (is_default && is_archived)
		return fail_field(rq, in->has.archived ? "archived" : "is_default", "conflict", "An archived plan is nobody's default.");
	return plan_take_features(rq, tx, in->features, ret);
}

static enum err
set_features(const struct request *rq, struct tx *tx, const char *plan_id, const struct plan_givens *givens)
{
	TRY(q_plan_feature_delete_all(tx->db, &(struct q_plan_feature_delete_all){ .project_id = rq->project.id, .plan_id = plan_id }, NULL));
	for (size_t i = 0; i < givens->count; i++)
		TRY(q_plan_feature_insert(tx->db,
					  &(struct q_plan_feature_insert){
					      .project_id = rq->project.id,
					      .plan_id = plan_id,
					      .feature_id = givens->items[i].feature_id,
					      .value = givens->items[i].value,
					  },
					  NULL));
	return OK;
}

/* Organizations are billed by what the console's plans were while they held; plan_id NULL: any. */
static enum err
remember(const struct request *rq, struct tx *tx, const char *plan_id)
{
	return strcmp(rq->project.id, rq->console_id) == 0 ? held_plans_remember(tx, NULL, plan_id) : OK;
}

/* The one that was it before is it no longer. */
static enum err
set_default(const struct request *rq, struct tx *tx, const char *plan_id, bool is_default)
{
	TRY(remember(rq, tx, NULL));
	TRY(q_plan_clear_default(tx->db, &(struct q_plan_clear_default){ .project_id = rq->project.id, .only_id = is_default ? NULL : plan_id }, NULL));
	if (!is_default)
		return OK;
	return q_plan_make_default(tx->db, &(struct q_plan_make_default){ .project_id = rq->project.id, .id = plan_id }, NULL);
}

static enum err
insert(const struct request *rq, struct tx *tx, const struct plan_givens *givens, const char **ret_id)
{
	const struct plan_input *in = rq->input;
	const char *id;

	TRY(tx_make_id(tx, ID_PLAN, &id));
	enum err e = q_plan_insert(tx->db,
				   &(struct q_plan_insert){
				       .project_id = rq->project.id,
				       .id = id,
				       .plan_key = in->plan_key,
				       .display_name = in->display_name,
				       .price = in->price,
				       .currency = in->currency,
				       .period = in->period,
				       .description = in->description,
				       .meters = plan_meters_text(rq->arena, in->meters),
				       .trial_days = in->has.trial_days ? in->trial_days : 0,
				       .is_public = !in->has.is_public || in->is_public,
				       .sort = in->has.sort ? in->sort : 0,
				   },
				   NULL);
	TRY(db_on_duplicate(tx->db, e, DUP_PLANS_UQ_PLAN_KEY, ERR_PLAN_KEY_EXISTS));
	TRY(set_features(rq, tx, id, givens));
	*ret_id = id;
	return in->is_default ? set_default(rq, tx, id, true) : OK;
}

static enum err
create(const struct request *rq, struct tx *tx, const struct plan_givens *givens, struct plan *ret)
{
	const char *id;

	TRY(insert(rq, tx, givens, &id));
	TRY(plan_read(tx, rq->project.id, id, ret));
	return record_change(rq, tx, EV_PLAN_CREATED, NULL, ret);
}

static enum verdict
plan_create(const struct request *rq, struct tx *tx)
{
	struct plan_givens givens;
	struct plan plan;
	enum err e = request_guard(rq, tx);

	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check(rq, tx, false, false, &givens);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = create(rq, tx, &givens, &plan);
	return e == OK ? show(rq, 201, &plan) : fail_err(rq, e);
}

/* Written first, so that of two who change one the second reads what the first wrote. */
static enum err
lock(const struct request *rq, struct tx *tx, const char *id, struct plan *ret)
{
	uint64_t matched = 0;

	TRY(request_guard(rq, tx));
	TRY(q_plan_touch(tx->db, &(struct q_plan_touch){ .project_id = rq->project.id, .id = id }, &matched));
	if (matched == 0)
		return ERR_NOT_FOUND;
	return plan_read(tx, rq->project.id, id, ret);
}

static enum err
write_update(const struct request *rq, struct tx *tx, const struct plan *before, const struct plan_givens *givens)
{
	const struct plan_input *in = rq->input;

	TRY(remember(rq, tx, in->id));
	TRY(q_plan_update(tx->db,
			  &(struct q_plan_update){
			      .project_id = rq->project.id,
			      .id = in->id,
			      .display_name = in->has.display_name ? in->display_name : before->display_name,
			      .price = in->has.price ? in->price : before->price,
			      .currency = in->has.currency ? in->currency : before->currency,
			      .period = in->has.period ? in->period : before->period,
			      .description = in->has.description ? in->description : before->description,
			      .meters = in->has.meters ? plan_meters_text(rq->arena, in->meters) : before->meters,
			      .trial_days = in->has.trial_days ? in->trial_days : before->trial_days,
			      .is_public = in->has.is_public ? in->is_public : before->is_public,
			      .sort = in->has.sort ? in->sort : before->sort,
			      .is_archived = in->has.archived ? in->archived : before->archived,
			  },
			  NULL));
	if (in->has.features)
		TRY(set_features(rq, tx, in->id, givens));
	return in->has.is_default ? set_default(rq, tx, in->id, in->is_default) : OK;
}

static enum err
update(const struct request *rq, struct tx *tx, const struct plan *before, const struct plan_givens *givens, struct plan *ret)
{
	TRY(write_update(rq, tx, before, givens));
	TRY(plan_read(tx, rq->project.id, before->id, ret));
	return record_change(rq, tx, EV_PLAN_UPDATED, before, ret);
}

static enum verdict
plan_update(const struct request *rq, struct tx *tx)
{
	const struct plan_input *in = rq->input;
	struct plan before, plan;
	struct plan_givens givens;
	enum err e = lock(rq, tx, in->id, &before);

	if (e == OK && !precondition_holds(rq, before.version - 1))
		e = ERR_PRECONDITION_FAILED;
	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check(rq, tx, in->has.is_default ? in->is_default : before.is_default,
				 in->has.archived ? in->archived : before.archived, &givens);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = update(rq, tx, &before, &givens, &plan);
	return e == OK ? show(rq, 200, &plan) : fail_err(rq, e);
}

/* ---- DELETE ---- */

static enum err
delete_plan(const struct request *rq, struct tx *tx)
{
	const struct plan_path *in = rq->input;
	struct plan before;

	TRY(lock(rq, tx, in->id, &before));
	TRY(remember(rq, tx, in->id));
	enum err e = q_plan_delete(tx->db, &(struct q_plan_delete){ .project_id = rq->project.id, .id = in->id }, NULL);
	if (e == ERR_REFERENCED)
		return ERR_PLAN_IN_USE;
	TRY(e);
	return record_change(rq, tx, EV_PLAN_DELETED, &before, NULL);
}

static enum verdict
plan_delete(const struct request *rq, struct tx *tx)
{
	enum err e = delete_plan(rq, tx);

	return e == OK ? reply_empty(rq) : fail_err(rq, e);
}

const struct route plan_routes[] = {
	{
	    .id = "plan_list",
	    .method = GET,
	    .path = "/api/v1/plans",
	    .summary = "List plans",
	    .description = "Whoever has no credential names the project by client_id, and sees public plans that aren't archived.",
	    .auth = AUTH_ANY | AUTH_CLIENT | AUTH_PUBLIC,
	    .tenant = TENANT_PROJECT,
	    .site = SITE_BOTH,
	    .permission = PERM_PLAN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_LIST | ROUTE_PERMISSION_ASKED,
	    INPUT(struct plan_list_input, plan_list_input),
	    .output = plan_fields,
	    .handler = plan_list,
	},
	{
	    .id = "plan_create",
	    .method = POST,
	    .path = "/api/v1/plans",
	    .summary = "Make a plan",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    .status = 201,
	    .flags = ROUTE_ETAG,
	    INPUT(struct plan_input, plan_create_input),
	    .output = plan_fields,
	    .errors = { ERR_PLAN_KEY_EXISTS },
	    .handler = plan_create,
	},
	{
	    .id = "plan_get",
	    .method = GET,
	    .path = "/api/v1/plans/{id}",
	    .summary = "Get a plan",
	    .auth = AUTH_ANY | AUTH_CLIENT | AUTH_PUBLIC,
	    .tenant = TENANT_PROJECT,
	    .site = SITE_BOTH,
	    .permission = PERM_PLAN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    .flags = ROUTE_ETAG | ROUTE_PERMISSION_ASKED,
	    INPUT(struct plan_get_input, plan_get_input),
	    .output = plan_fields,
	    .handler = plan_get,
	},
	{
	    .id = "plan_update",
	    .method = PATCH,
	    .path = "/api/v1/plans/{id}",
	    .summary = "Change a plan",
	    .description = "What it gives holds at once for everybody who is on it.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    .flags = ROUTE_ETAG,
	    INPUT(struct plan_input, plan_update_input),
	    .output = plan_fields,
	    .handler = plan_update,
	},
	{
	    .id = "plan_delete",
	    .method = DELETE,
	    .path = "/api/v1/plans/{id}",
	    .summary = "Delete a plan",
	    .description = "Only one that nobody is on, and that nobody has a license of or paid for.",
	    .auth = AUTH_ANY,
	    .tenant = TENANT_PROJECT,
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct plan_path, plan_path),
	    .errors = { ERR_PLAN_IN_USE },
	    .handler = plan_delete,
	},
	ROUTES_END,
};

/*
 * /api/v1/users/{id}/plan: which plan a user is on (licensing.md rules 18 and 19).
 */
#include "handlers/routes.h"

#include "domain/user_object.h"
#include "handlers/users/own_plan.h"
#include "handlers/users/user_input.h"
#include "lib/text.h"

/* ---- GET ---- */

static enum err
find_plan(const struct request *rq, struct tx *tx, const char *user_id, struct subject_plan *ret)
{
	struct user_row user;

	TRY(q_user_get(tx->db, &(struct q_user_get){ .project_id = rq->project.id, .id = user_id }, &user));
	return plan_of_subject(tx, rq->project.id, user.id, ret);
}

static enum verdict
user_plan_get(const struct request *rq, struct tx *tx)
{
	const struct user_path *in = rq->input;
	struct subject_plan plan;
	enum err e = find_plan(rq, tx, in->id, &plan);

	return e == OK ? reply(rq, 200, plan_assignment_fields, &plan.assignment) : fail_err(rq, e);
}

/* ---- PUT ---- */

struct user_plan_input {
	struct {
		bool id, plan_key, expires_at, trial;
	} has;
	const char *id, *plan_key;
	int64_t expires_at;
	bool trial;
};

static const struct field user_plan_input[] = {
	IN_ID(struct user_plan_input, id, ID_USER, .in = IN_PATH),
	IN_STRING(struct user_plan_input, plan_key, .check = slug_check, .flags = FIELD_REQUIRED),
	IN_TIME(struct user_plan_input, expires_at, .flags = FIELD_NULLABLE, .description = "It ends then; never when absent"),
	IN_BOOL(struct user_plan_input, trial, .description = "As a trial, of the plan's trial_days: one of a plan ever"),
	FIELDS_END,
};

/* What the table can't say. */
static enum verdict
check(const struct request *rq, struct tx *tx, struct plan_row *ret)
{
	const struct user_plan_input *in = rq->input;
	enum err e = q_plan_by_key(tx->db, &(struct q_plan_by_key){ .project_id = rq->project.id, .plan_key = in->plan_key }, ret);

	if (e == ERR_NO_ROW)
		return fail_field(rq, "plan_key", "unknown", "The project has no such plan.");
	if (e != OK)
		return fail_err(rq, e);
	if (in->trial && ret->trial_days == 0)
		return fail_field(rq, "trial", "no_trial", "The plan has no trial.");
	if (in->expires_at != NONE && in->expires_at <= rq->now_ms)
		return fail_field(rq, "expires_at", "range", "It ends in the future.");
	return go_on(rq);
}

static enum verdict
user_plan_put(const struct request *rq, struct tx *tx)
{
	const struct user_plan_input *in = rq->input;
	struct plan_assignment assignment;
	struct user_object_row user;
	struct plan_row plan;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = user_object_get(tx, rq->project.id, in->id, &user);
	if (e != OK)
		return fail_err(rq, e);
	enum verdict bad = check(rq, tx, &plan);
	if (bad != VERDICT_GO_ON)
		return bad;
	e = plan_assign(tx,
			&(struct plan_assign){
			    .org_id = rq->org.id,
			    .project_id = rq->project.id,
			    .subject_id = user.id,
			    .subject_label = user_object_label(rq->arena, &user),
			    .plan = &plan,
			    .source = "admin",
			    .is_trial = in->trial,
			    .expires_at = in->expires_at,
			    .current_period_end = NONE,
			},
			&assignment);
	return e == OK ? reply(rq, 200, plan_assignment_fields, &assignment) : fail_err(rq, e);
}

/* ---- DELETE ---- */

struct user_plan_delete_input {
	struct {
		bool id, at_period_end;
	} has;
	const char *id;
	bool at_period_end;
};

static const struct field user_plan_delete_input[] = {
	IN_ID(struct user_plan_delete_input, id, ID_USER, .in = IN_PATH),
	IN_BOOL(struct user_plan_delete_input, at_period_end, .in = IN_QUERY, .description = "Not now, but when what is paid for, or the assignment, ends: 200"),
	FIELDS_END,
};

static enum verdict
user_plan_delete(const struct request *rq, struct tx *tx)
{
	const struct user_plan_delete_input *in = rq->input;
	struct user_object_row user;
	enum err e = request_guard(rq, tx);

	if (e == OK)
		e = user_object_get(tx, rq->project.id, in->id, &user);
	if (e != OK)
		return fail_err(rq, e);
	const struct plan_holder holder = { rq->org.id, rq->project.id, user.id, user_object_label(rq->arena, &user) };
	return plan_end(rq, tx, &holder, in->at_period_end);
}

#define PLAN_ROUTE .path = "/api/v1/users/{id}/plan", .auth = AUTH_ANY | AUTH_CLIENT, .tenant = TENANT_PROJECT, .output = plan_assignment_fields

const struct route user_plan_routes[] = {
	{
	    PLAN_ROUTE,
	    .id = "user_plan_get",
	    .method = GET,
	    .summary = "Which plan is a user on?",
	    .permission = PERM_PLAN_READ,
	    .tx = TX_READ_SNAPSHOT,
	    INPUT(struct user_path, user_path),
	    .handler = user_plan_get,
	},
	{
	    PLAN_ROUTE,
	    .id = "user_plan_put",
	    .method = PUT,
	    .summary = "Put a user on a plan",
	    .description = "In place of the one they were on. Tokens issued from now on say so.",
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    INPUT(struct user_plan_input, user_plan_input),
	    .errors = { ERR_TRIAL_USED, ERR_PLAN_ARCHIVED },
	    .handler = user_plan_put,
	},
	{
	    PLAN_ROUTE,
	    .id = "user_plan_delete",
	    .method = DELETE,
	    .summary = "Take a user's plan away",
	    .description = "204, and the project's default plan counts; with at_period_end=true 200 with what is left.",
	    .permission = PERM_PLAN_WRITE,
	    .tx = TX_WRITE,
	    .status = 204,
	    .other_status = 200,
	    INPUT(struct user_plan_delete_input, user_plan_delete_input),
	    .handler = user_plan_delete,
	},
	ROUTES_END,
};

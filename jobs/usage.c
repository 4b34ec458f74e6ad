/*
 * Tells that what built-in meters counted has come near a limit, or to it: a project's own, or what its organization's plan includes. They are
 * counted in batches, which leave that to this job.
 */
#include "domain/usage.h"
#include "jobs/jobs.h"
#include "lib/encode.h"
#include "lib/meters.h"

#define TOLD_A_ROUND 100

struct threshold {
	struct job_worker *worker;
	struct usage_place place;
	int64_t used, limit;
	int64_t period_at;
};

static enum err
tell(void *context)
{
	const struct threshold *threshold = context;
	struct tx tx = job_tx(threshold->worker);
	struct usage_state state = {
		.meter_key = threshold->place.meter_key,
		.scope = usage_scopes[threshold->place.scope],
		.percent = usage_percent_passed(threshold->used, threshold->limit),
		.limit = threshold->limit,
		.used = threshold->used,
		.resets_at = time_add_months(threshold->period_at, 1),
	};

	return usage_tell(&tx, EV_USAGE_THRESHOLD, &threshold->place, &state);
}

static enum err
tell_one(struct threshold *threshold)
{
	threshold->worker->heartbeat();
	return db_transact(threshold->worker->db, TX_WRITE, tell, threshold);
}

/* ---- projects ---- */

static enum err
tell_projects(struct job_worker *worker, int64_t period_at, bool *ret_more)
{
	struct q_usage_threshold_due_row *rows = NULL;
	size_t count = 0;

	TRY(q_usage_threshold_due(worker->db, &(struct q_usage_threshold_due){ .period_at = period_at, .limit = TOLD_A_ROUND }, &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++)
		TRY(tell_one(&(struct threshold){
		    .worker = worker,
		    .place = {
			.scope = USAGE_PROJECT, .org_id = rows[i].org_id, .project_id = rows[i].project_id, .meter_key = rows[i].meter_key },
		    .used = rows[i].used,
		    .limit = rows[i].limit_value,
		    .period_at = period_at,
		}));
	*ret_more = count == TOLD_A_ROUND;
	return OK;
}

/* ---- organizations ---- */

/* Of all organizations on one plan. Meters of a project's own are told of when they are counted. */
static enum err
tell_orgs_of(struct job_worker *worker, int64_t period_at, const struct org_usage_plan_row *plan, const char *meter_key, bool *ret_more)
{
	struct meter_terms terms = { .included = NONE };
	struct org_usage_due_row *rows = NULL;
	size_t count = 0;

	if (!meter_terms_find(worker->arena, plan->meters, meter_key, &terms) || terms.included == NONE)
		return OK;
	TRY(q_org_usage_threshold_due(worker->db,
				      &(struct q_org_usage_threshold_due){
					  .console_id = plan->console_id,
					  .meter_key = meter_key,
					  .period_at = period_at,
					  .included = terms.included,
					  .plan_id = plan->id,
					  .is_default = plan->is_default == 1,
					  .limit = TOLD_A_ROUND,
				      },
				      &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++)
		TRY(tell_one(&(struct threshold){
		    .worker = worker,
		    .place = {
			.scope = USAGE_ORG, .org_id = rows[i].org_id, .project_id = rows[i].default_project_id, .meter_key = meter_key },
		    .used = rows[i].used,
		    .limit = terms.included,
		    .period_at = period_at,
		}));
	*ret_more |= count == TOLD_A_ROUND;
	return OK;
}

static enum err
tell_orgs(struct job_worker *worker, int64_t period_at, bool *ret_more)
{
	struct org_usage_plan_row *plans = NULL;
	size_t count = 0;

	TRY(q_org_usage_plan_list(worker->db, &plans, &count));
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; builtin_meters[k] != NULL && !*worker->stop; k++)
			TRY(tell_orgs_of(worker, period_at, &plans[i], builtin_meters[k], ret_more));
	return OK;
}

enum err
usage_job(struct job_worker *worker, bool *ret_more)
{
	int64_t period_at = time_month_start(worker->now_ms);

	TRY(tell_projects(worker, period_at, ret_more));
	return tell_orgs(worker, period_at, ret_more);
}

/*
 * Tells that what built-in meters counted has come near a project's limit, or to it: they are counted in batches, where nobody looks at limits.
 */
#include "domain/usage.h"
#include "jobs/jobs.h"
#include "lib/encode.h"
#include "lib/meters.h"

#define TOLD_A_ROUND 100

struct threshold {
	struct job_worker *worker;
	const struct q_usage_threshold_due_row *due;
	int64_t period_at;
};

static enum err
tell_one(void *context)
{
	const struct threshold *threshold = context;
	const struct q_usage_threshold_due_row *due = threshold->due;
	struct tx tx = job_tx(threshold->worker);
	struct usage_place place = {
		.scope = USAGE_PROJECT,
		.org_id = due->org_id,
		.project_id = due->project_id,
		.meter_key = due->meter_key,
	};
	struct usage_state state = {
		.meter_key = due->meter_key,
		.scope = usage_scopes[USAGE_PROJECT],
		.percent = usage_percent_passed(due->used, due->limit_value),
		.limit = due->limit_value,
		.used = due->used,
		.resets_at = time_add_months(threshold->period_at, 1),
	};

	return usage_tell(&tx, EV_USAGE_THRESHOLD, &place, &state);
}

enum err
usage_job(struct job_worker *worker, bool *ret_more)
{
	int64_t period_at = time_month_start(worker->now_ms);
	struct q_usage_threshold_due_row *rows = NULL;
	size_t count = 0;

	TRY(q_usage_threshold_due(worker->db, &(struct q_usage_threshold_due){ .period_at = period_at, .limit = TOLD_A_ROUND }, &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct threshold threshold = { .worker = worker, .due = &rows[i], .period_at = period_at };
		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, tell_one, &threshold));
	}
	*ret_more = count == TOLD_A_ROUND;
	return OK;
}

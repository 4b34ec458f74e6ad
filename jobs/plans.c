/*
 * Tells what has become of people's plans: a trial that ends soon, what is past due, has ended or expired. Whether a plan counts is seen by the
 * clock and needs no job.
 */
#include "domain/plans.h"
#include "jobs/jobs.h"

#define TOLD_A_ROUND 100

struct telling {
	struct job_worker *worker;
	const struct q_plan_assignment_due_row *due;
};

static enum err
tell_one(void *context)
{
	const struct telling *telling = context;
	struct tx tx = job_tx(telling->worker);

	return plan_announce(&tx, telling->due->org_id, telling->due->project_id, telling->due->subject_id);
}

enum err
plans_job(struct job_worker *worker, bool *ret_more)
{
	struct q_plan_assignment_due_row *rows = NULL;
	size_t count = 0;

	TRY(q_plan_assignment_due(worker->db, &(struct q_plan_assignment_due){ .limit = TOLD_A_ROUND }, &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct telling telling = { .worker = worker, .due = &rows[i] };
		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, tell_one, &telling));
	}
	*ret_more = count == TOLD_A_ROUND;
	return OK;
}

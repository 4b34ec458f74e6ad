/*
 * Tells that licenses have expired, once each. Programs see it by the clock and need no job.
 */
#include "domain/licenses.h"
#include "jobs/jobs.h"

#define TOLD_A_ROUND 100

struct expiry {
	struct job_worker *worker;
	const struct q_license_expired_due_row *due;
};

/* One that was prolonged, suspended or told by another job meanwhile is left alone. */
static enum err
tell_one(void *context)
{
	const struct expiry *expiry = context;
	const struct q_license_expired_due_row *due = expiry->due;
	struct tx tx = job_tx(expiry->worker);
	struct license license;
	uint64_t matched = 0;

	TRY(q_license_mark_expired(
	    tx.db, &(struct q_license_mark_expired){ .project_id = due->project_id, .id = due->id }, &matched));
	if (matched == 0)
		return OK;
	TRY(license_read(&tx, due->project_id, due->id, false, &license));
	return license_record(&tx, EV_LICENSE_EXPIRED, due->org_id, due->project_id, &license, &license);
}

enum err
licenses_job(struct job_worker *worker, bool *ret_more)
{
	struct q_license_expired_due_row *rows = NULL;
	size_t count = 0;

	TRY(q_license_expired_due(worker->db, &(struct q_license_expired_due){ .limit = TOLD_A_ROUND }, &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct expiry expiry = { .worker = worker, .due = &rows[i] };
		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, tell_one, &expiry));
	}
	*ret_more = count == TOLD_A_ROUND;
	return OK;
}

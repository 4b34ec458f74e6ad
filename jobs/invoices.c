/*
 * Opens the invoices of the month that is over, once for each organization.
 */
#include "domain/billing.h"
#include "jobs/jobs.h"
#include "lib/encode.h"

#define OPENED_A_ROUND 100
/* What was counted at the month's end is written by then. */
#define SETTLED_MS HOUR_MS

struct opening {
	struct job_worker *worker;
	const struct q_invoice_org_due_row *due;
	int64_t period_at;
};

/* Of two workers who open one invoice, or give one number, at once the second looks again the next time. */
static enum err
open_one(void *context)
{
	const struct opening *opening = context;
	struct tx tx = job_tx(opening->worker);
	enum err e = invoice_open(&tx, opening->due->console_id, opening->due->id, opening->due->default_project_id, opening->period_at);

	return e == ERR_DUPLICATE ? ERR_DB_CONFLICT : e;
}

enum err
invoices_job(struct job_worker *worker, bool *ret_more)
{
	int64_t ended_at = time_month_start(worker->now_ms - SETTLED_MS);
	int64_t period_at = time_add_months(ended_at, -1);
	struct q_invoice_org_due_row *rows = NULL;
	size_t count = 0;

	TRY(q_invoice_org_due(worker->db,
			      &(struct q_invoice_org_due){ .ended_at = ended_at, .period_at = period_at, .limit = OPENED_A_ROUND }, &rows,
			      &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct opening opening = { .worker = worker, .due = &rows[i], .period_at = period_at };
		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, open_one, &opening));
	}
	*ret_more = count == OPENED_A_ROUND;
	return OK;
}

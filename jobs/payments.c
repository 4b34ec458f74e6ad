/*
 * Looks at payments that are pending: what nobody paid in time has expired.
 */
#include "domain/payments.h"
#include "jobs/jobs.h"

#define LOOKED_AT_A_ROUND 100

struct look {
	struct job_worker *worker;
	const struct q_payment_due_row *due;
};

/* One that was paid or called off meanwhile is left alone. */
static enum err
expire_one(void *context)
{
	const struct look *look = context;
	const struct payment_news news = { .status = PAYMENT_EXPIRE, .paid_at = NONE };
	struct tx tx = job_tx(look->worker);
	struct payment_row row;
	bool is_moved;
	enum err e = payment_lock(&tx, look->due->project_id, look->due->id, &row);

	if (e == ERR_NO_ROW)
		return OK;
	TRY(e);
	if (row.check_at == NONE || row.expires_at > tx.now_ms)
		return OK;
	return payment_move(&tx, look->due->org_id, look->due->project_id, &row, &news, &is_moved);
}

enum err
payments_job(struct job_worker *worker, bool *ret_more)
{
	struct q_payment_due_row *rows = NULL;
	size_t count = 0;

	TRY(q_payment_due(worker->db, &(struct q_payment_due){ .limit = LOOKED_AT_A_ROUND }, &rows, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct look look = { .worker = worker, .due = &rows[i] };
		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, expire_one, &look));
	}
	*ret_more = count == LOOKED_AT_A_ROUND;
	return OK;
}

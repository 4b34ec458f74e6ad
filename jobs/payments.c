/*
 * Looks at payments that are pending: what nobody paid by hand in time has expired; of the others the provider is asked, for its notification
 * may be lost.
 */
#include <string.h>

#include "domain/job_queue.h"
#include "domain/payments.h"
#include "jobs/jobs.h"
#include "lib/encode.h"

#define AGAIN_MS	  (5 * MINUTE_MS)
#define LOOKED_AT_A_ROUND 100

struct look {
	struct job_worker *worker;
	const struct q_payment_due_row *due;
};

/* One at a time of a payment: the job has the payment's own digest. */
static enum err
ask_provider(struct tx *tx, const char *project_id, const char *id)
{
	TRY(q_payment_check_later(
	    tx->db, &(struct q_payment_check_later){ .project_id = project_id, .id = id, .check_at = tx->now_ms + AGAIN_MS }, NULL));
	return job_queue_once(tx, project_id, JOB_PAYMENT_CHECK, sha256_bytes(tx->arena, id, strlen(id)),
			      arena_printf(tx->arena, "{\"payment_id\":\"%s\"}", id));
}

/* One that was paid or called off meanwhile is left alone. */
static enum err
look_at_one(void *context)
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
	if (row.check_at == NONE || row.check_at > tx.now_ms)
		return OK;
	if (strcmp(row.provider, PAYMENT_BY_MANUAL) != 0)
		return ask_provider(&tx, look->due->project_id, row.id);
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
		TRY(db_transact(worker->db, TX_WRITE, look_at_one, &look));
	}
	*ret_more = count == LOOKED_AT_A_ROUND;
	return OK;
}

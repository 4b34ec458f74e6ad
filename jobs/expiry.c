/*
 * Takes away rows that time has overtaken: idempotency keys, flows, one-time tokens, old sessions, counters of failures, documents that
 * couldn't be read.
 */
#include "jobs/jobs.h"
#include "sql/gen/queries.h"
#include "sql/gen/tenant_tables.h"

/* A link that is a little too old shall be told from one that never was. */
#define GRACE_MS DAY_MS
#define SESSIONS_MS (30 * DAY_MS)
#define THROTTLES_MS DAY_MS
#define DOCUMENTS_MS DAY_MS

struct sweep_batch {
	struct job_worker *worker;
	const struct tenant_table *table;
	uint64_t deleted;
};

static enum err
sweep_table(void *context)
{
	struct sweep_batch *batch = context;

	return sweep_rows(batch->worker->db, batch->table, batch->worker->now_ms - GRACE_MS, PURGE_BATCH,
			  &batch->deleted);
}

static enum err
sweep_sessions(void *context)
{
	struct sweep_batch *batch = context;

	return q_purge_expired_sessions(batch->worker->db, &(struct q_purge_expired_sessions){
		.before = batch->worker->now_ms - SESSIONS_MS, .limit = PURGE_BATCH }, &batch->deleted);
}

static enum err
sweep_throttles(void *context)
{
	struct sweep_batch *batch = context;

	return q_purge_throttles(batch->worker->db, &(struct q_purge_throttles){
		.before = batch->worker->now_ms - THROTTLES_MS, .limit = PURGE_BATCH }, &batch->deleted);
}

/* Anybody may name addresses at which there is nothing. */
static enum err
sweep_documents(void *context)
{
	struct sweep_batch *batch = context;

	return q_client_document_forget(batch->worker->db, &(struct q_client_document_forget){
		.before = batch->worker->now_ms - DOCUMENTS_MS, .limit = PURGE_BATCH }, &batch->deleted);
}

/* One batch; a full one means that there is more. */
static enum err
sweep(struct job_worker *worker, enum err (*statement)(void *), const struct tenant_table *table,
      bool *ret_more)
{
	struct sweep_batch batch = { .worker = worker, .table = table };

	worker->heartbeat();
	TRY(db_transact(worker->db, TX_WRITE, statement, &batch));
	*ret_more = *ret_more || batch.deleted == PURGE_BATCH;
	return OK;
}

enum err
expiry_job(struct job_worker *worker, bool *ret_more)
{
	for (size_t i = 0; i < expiring_table_count; i++)
		TRY(sweep(worker, sweep_table, &expiring_tables[i], ret_more));
	TRY(sweep(worker, sweep_sessions, NULL, ret_more));
	TRY(sweep(worker, sweep_throttles, NULL, ret_more));
	return sweep(worker, sweep_documents, NULL, ret_more);
}

/*
 * Purges what was deleted (tenancy rule 16), once its retention is over: table by table in the order the
 * foreign keys ask for, in batches, each a transaction of its own. Cut short anywhere, the next round finds
 * what is left. Audit rows stay.
 */
#include "jobs/jobs.h"
#include "sql/gen/queries.h"
#include "sql/gen/tenant_tables.h"
#include "sys/log.h"

#define RETENTION_MS (7 * DAY_MS)
#define DUE_MAX 10
/* How much one round does before mail has its turn again. */
#define BATCHES_MAX 40

struct batch {
	struct db *db;
	const struct tenant_table *table;
	const char *tenant_id;
	uint64_t deleted;
};

static enum err
delete_batch(void *context)
{
	struct batch *batch = context;

	return purge_rows(batch->db, batch->table, batch->tenant_id, PURGE_BATCH, &batch->deleted);
}

/*
 * Empties the tables for one tenant. *ret_is_empty is false when the round's budget ran out or the worker is to
 * stop.
 */
static enum err
empty_tables(struct job_worker *worker, const struct tenant_table *tables, size_t count, const char *tenant_id,
	     unsigned *budget, bool *ret_is_empty)
{
	for (size_t i = 0; i < count;) {
		struct batch batch = { .db = worker->db, .table = &tables[i], .tenant_id = tenant_id };

		worker->heartbeat();
		TRY(db_transact(worker->db, TX_WRITE, delete_batch, &batch));
		if (batch.deleted < PURGE_BATCH) {
			i++;
		} else if (--*budget == 0 || *worker->stop) {
			*ret_is_empty = false;
			return OK;
		}
	}
	*ret_is_empty = true;
	return OK;
}

struct project_end {
	struct db *db;
	const char *org_id, *project_id;
};

static enum err
delete_project_row(void *context)
{
	const struct project_end *end = context;

	return q_purge_project_row(end->db, &(struct q_purge_project_row){
		.org_id = end->org_id, .project_id = end->project_id }, NULL);
}

static enum err
purge_projects(struct job_worker *worker, unsigned *budget, bool *ret_more)
{
	struct q_purge_projects_due_row *due;
	size_t count;

	TRY(q_purge_projects_due(worker->db, &(struct q_purge_projects_due){
		.before = worker->now_ms - RETENTION_MS, .limit = DUE_MAX }, &due, &count));
	for (size_t i = 0; i < count; i++) {
		bool is_empty;

		TRY(empty_tables(worker, project_tables, project_table_count, due[i].id, budget, &is_empty));
		if (!is_empty) {
			*ret_more = true;
			return OK;
		}
		struct project_end end = { .db = worker->db, .org_id = due[i].org_id, .project_id = due[i].id };
		TRY(db_transact(worker->db, TX_WRITE, delete_project_row, &end));
		log_event(LOG_INFO, "a deleted project was purged", due[i].id);
	}
	*ret_more = count == DUE_MAX;
	return OK;
}

static enum err
purge_orgs(struct job_worker *worker, unsigned *budget, bool *ret_more)
{
	struct q_purge_orgs_due_row *due;
	size_t count;

	TRY(q_purge_orgs_due(worker->db, &(struct q_purge_orgs_due){
		.before = worker->now_ms - RETENTION_MS, .limit = DUE_MAX }, &due, &count));
	for (size_t i = 0; i < count; i++) {
		bool is_empty;

		TRY(empty_tables(worker, org_tables, org_table_count, due[i].id, budget, &is_empty));
		if (!is_empty) {
			*ret_more = true;
			return OK;
		}
		log_event(LOG_INFO, "a deleted organization was purged", due[i].id);
	}
	*ret_more = count == DUE_MAX;
	return OK;
}

enum err
purge_job(struct job_worker *worker, bool *ret_more)
{
	unsigned budget = BATCHES_MAX;

	TRY(purge_projects(worker, &budget, ret_more));
	if (*ret_more)
		return OK;
	return purge_orgs(worker, &budget, ret_more);
}

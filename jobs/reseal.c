/*
 * Seals anew what an older master key has sealed. Each value is replaced only while it is the one that was opened, so that
 * whoever writes the row meanwhile wins; he seals with the new key anyway.
 */
#include <string.h>

#include "jobs/jobs.h"
#include "sql/gen/sealed_columns.h"
#include "sys/log.h"

#define RESEAL_BATCH 50
/* Of the rows of a batch together: mail may be large. */
#define RESEAL_BYTES_MAX ((size_t)2 * 1024 * 1024)

struct reseal_batch {
	struct job_worker *worker;
	const struct sealed_column *column;
	struct sealed_row *rows;
	size_t count;
	bool is_whole;	/* the column has no more such rows */
	int64_t failed;
};

static enum err
reseal_row(struct reseal_batch *batch, const struct sealed_row *row)
{
	struct job_worker *worker = batch->worker;
	struct seal_place place = { .table = batch->column->table,
				    .column = batch->column->column,
				    .row_id = row->row_id,
				    .project_id = row->project_id };
	struct bytes plain, sealed;

	if (keyring_open(worker->keyring, worker->arena, &place, row->sealed, &plain) != OK) {
		batch->failed++;
		return OK;
	}
	TRY(keyring_seal(worker->keyring, worker->arena, &place, plain, &sealed));
	return sealed_replace(worker->db, batch->column, row, sealed, NULL);
}

static enum err
reseal_rows(void *context)
{
	struct reseal_batch *batch = context;
	struct job_worker *worker = batch->worker;
	const char *key_id = keyring_current_id(worker->keyring);
	struct sealed_stale stale = {
		.key_id = { (const uint8_t *)key_id, strlen(key_id) },
		.after_project_id = worker->resealed.project_id,
		.after_row_id = worker->resealed.row_id,
		.limit = RESEAL_BATCH,
	};

	batch->failed = 0;
	db_limit_rows(worker->db, RESEAL_BYTES_MAX);
	TRY(sealed_stale_rows(worker->db, batch->column, &stale, &batch->rows, &batch->count));
	batch->is_whole = batch->count < RESEAL_BATCH && !db_rows_were_cut(worker->db);
	for (size_t i = 0; i < batch->count; i++)
		TRY(reseal_row(batch, &batch->rows[i]));
	return OK;
}

static void
remember_place(struct job_worker *worker, const struct reseal_batch *batch)
{
	const struct sealed_row *last = batch->count == 0 ? NULL : &batch->rows[batch->count - 1];

	worker->resealed.failed += batch->failed;
	if (batch->is_whole || last == NULL) {
		worker->resealed.column++;
		worker->resealed.project_id[0] = worker->resealed.row_id[0] = '\0';
		return;
	}
	memccpy(worker->resealed.project_id, last->project_id, '\0', ID_SIZE);
	memccpy(worker->resealed.row_id, last->row_id, '\0', SEALED_ROW_SIZE);
}

/* One batch of one column. The last of a way round says how many values no key opens. */
enum err
reseal_job(struct job_worker *worker, bool *ret_more)
{
	if (worker->resealed.column == sealed_column_count)
		memset(&worker->resealed, 0, sizeof(worker->resealed));
	struct reseal_batch batch = { .worker = worker,
				      .column = &sealed_columns[worker->resealed.column] };

	TRY(db_transact(worker->db, TX_WRITE, reseal_rows, &batch));
	remember_place(worker, &batch);
	*ret_more = worker->resealed.column < sealed_column_count;
	if (!*ret_more && worker->resealed.failed > 0)
		log_event_number(LOG_WARN, "There are sealed values that no master key opens.", "count",
				 worker->resealed.failed);
	return OK;
}

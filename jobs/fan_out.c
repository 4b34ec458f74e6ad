/*
 * Fans events out (automation rule 36): gives them their sequence in their project and takes them from the queue.
 *
 * A batch is claimed with a lease and committed; the rest is one transaction, all or nothing. It writes the heads of the projects first,
 * in one order for all workers: who holds a head is alone in giving the project's next sequences until it commits, so they become visible
 * in order and without gaps, and who reads on from a sequence misses none.
 */
#include "jobs/jobs.h"

#include <string.h>

#include "sql/gen/queries.h"
#include "sys/log.h"

#define EVENTS_A_BATCH 100
/* A batch takes well under a second; a worker that was stopped for longer finds its claim gone. */
#define LEASE_MS (10 * SECOND_MS)

struct batch {
	struct job_worker *worker;
	int64_t lease_until;	/* with the worker's name, what marks the rows of this claim */
	const char *only_project;	/* NULL: all that the claim holds */
	uint64_t claimed;
	bool is_full;		/* there may be more */
};

static enum err
claim(void *context)
{
	struct batch *batch = context;
	struct db *db = batch->worker->db;
	struct q_fan_out_due_row *due;
	size_t count;

	batch->claimed = 0;
	TRY(q_fan_out_due(db, &(struct q_fan_out_due){ .limit = EVENTS_A_BATCH }, &due, &count));
	batch->is_full = count == EVENTS_A_BATCH;
	for (size_t i = 0; i < count; i++) {
		uint64_t matched;

		TRY(q_fan_out_claim(db,
				    &(struct q_fan_out_claim){
					.worker = batch->worker->name,
					.lease_until = batch->lease_until,
					.project_id = due[i].project_id,
					.event_id = due[i].event_id,
				    },
				    &matched));
		batch->claimed += matched;
	}
	return OK;
}

/* The first of `count` sequences that are ours from now on. */
static enum err
advance_head(const struct batch *batch, const char *project_id, size_t count, int64_t *ret_first)
{
	struct q_event_head_row head;

	TRY(q_fan_out_advance(batch->worker->db,
			      &(struct q_fan_out_advance){
				  .project_id = project_id,
				  .count = (int64_t)count,
			      },
			      NULL));
	TRY(q_event_head(batch->worker->db, &(struct q_event_head){ .project_id = project_id }, &head));
	*ret_first = head.last_sequence - (int64_t)count + 1;
	return OK;
}

/* A conflict means that the event went away or got another holder meanwhile: the claim is read anew. */
static enum err
fan_out_event(const struct batch *batch, const struct q_fan_out_claimed_row *event, int64_t sequence)
{
	uint64_t numbered, left;

	TRY(q_fan_out_number(batch->worker->db,
			     &(struct q_fan_out_number){
				 .sequence = sequence,
				 .project_id = event->project_id,
				 .event_id = event->event_id,
			     },
			     &numbered));
	TRY(q_fan_out_leave(batch->worker->db,
			    &(struct q_fan_out_leave){
				.project_id = event->project_id,
				.event_id = event->event_id,
				.worker = batch->worker->name,
				.lease_until = batch->lease_until,
			    },
			    &left));
	return numbered == 1 && left == 1 ? OK : ERR_DB_CONFLICT;
}

/* The events of one project, in the order of their ids. */
static enum err
fan_out_project(const struct batch *batch, const struct q_fan_out_claimed_row *events, size_t count)
{
	int64_t first;

	TRY(advance_head(batch, events[0].project_id, count, &first));
	for (size_t i = 0; i < count; i++)
		TRY(fan_out_event(batch, &events[i], first + (int64_t)i));
	return OK;
}

static enum err
fan_out_batch(void *context)
{
	const struct batch *batch = context;
	struct q_fan_out_claimed_row *events;
	size_t count;

	TRY(q_fan_out_claimed(batch->worker->db,
			      &(struct q_fan_out_claimed){
				  .lease_until = batch->lease_until,
				  .worker = batch->worker->name,
			      },
			      &events, &count));
	for (size_t from = 0, to; from < count; from = to) {
		for (to = from + 1; to < count && strcmp(events[to].project_id, events[from].project_id) == 0;)
			to++;
		if (batch->only_project == NULL || strcmp(batch->only_project, events[from].project_id) == 0)
			TRY(fan_out_project(batch, &events[from], to - from));
	}
	return OK;
}

/* One project's events can't be numbered: the others' don't wait for it. Its own are tried again when the claim has run out. */
static enum err
fan_out_one_by_one(struct batch *batch)
{
	struct q_fan_out_claimed_row *events;
	size_t count;

	TRY(q_fan_out_claimed(batch->worker->db,
			      &(struct q_fan_out_claimed){
				  .lease_until = batch->lease_until,
				  .worker = batch->worker->name,
			      },
			      &events, &count));
	for (size_t i = 0; i < count; i++) {
		if (i > 0 && strcmp(events[i].project_id, events[i - 1].project_id) == 0)
			continue;
		batch->only_project = events[i].project_id;
		enum err e = db_transact(batch->worker->db, TX_WRITE, fan_out_batch, batch);
		if (e == ERR_DB)
			log_error(e, "the events of a project can't be fanned out", events[i].project_id);
		else
			TRY(e);
	}
	return OK;
}

enum err
fan_out_job(struct job_worker *worker, bool *ret_more)
{
	struct batch batch = { .worker = worker, .lease_until = worker->now_ms + LEASE_MS };

	TRY(db_transact(worker->db, TX_WRITE, claim, &batch));
	if (batch.claimed > 0) {
		enum err e = db_transact(worker->db, TX_WRITE, fan_out_batch, &batch);

		TRY(e == ERR_DB ? fan_out_one_by_one(&batch) : e);
	}
	*ret_more = batch.is_full;
	return OK;
}

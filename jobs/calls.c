/*
 * Calls to the outside that requests asked for: claim, commit, ask, write down what came of it.
 *
 * A worker that dies in the middle leaves a lease that runs out. A code that was sent to a provider is used up, so a second try
 * would be refused there: by then the flow has stopped waiting and the job is dropped.
 */
#include "jobs/calls.h"

#include <string.h>

#include "domain/job_queue.h"
#include "lib/jose.h"
#include "sql/gen/queries.h"
#include "sys/fetch.h"
#include "sys/log.h"

#define CALLS_A_ROUND 5
/* A provider is asked four times at most. */
#define LEASE_MS (4 * FETCH_TIMEOUT_MS + 20 * SECOND_MS)
#define ANSWER_LIFE_MS (10 * MINUTE_MS)

static const struct {
	const char *kind;
	call_kind *run;
	bool somebody_waits;
} kinds[] = {
	{ JOB_SOCIAL_EXCHANGE, call_social_exchange, true },
	{ JOB_BOT_CHECK, call_bot_check, true },
	{ JOB_PROVIDER_CHECK, call_provider_check, false },
	{ JOB_BACKCHANNEL_LOGOUT, call_backchannel_logout, false },
	{ JOB_CLIENT_DOCUMENT, call_client_document, false },
	{ JOB_CLIENT_LOGO, call_client_logo, false },
	{ JOB_CONNECTOR_TEST, call_connector_test, false },
	{ JOB_PAYMENT_CHECKOUT, call_payment_checkout, false },
	{ JOB_PAYMENT_CHECK, call_payment_check, false },
	{ JOB_SUBSCRIPTION_END, call_subscription_end, false },
};

const char *
call_text(const struct call *call, const char *name)
{
	return json_text(&call->payload, name);
}

void
call_answer_error(struct call *call, const char *word)
{
	call->answer = arena_printf(call->worker->arena, "{\"error\":\"%s\"}", word);
}

static enum err
claim(struct call *call, struct q_job_get_row *row, bool *ret_is_ours)
{
	struct job_worker *worker = call->worker;
	uint64_t matched = 0;

	TRY(q_job_claim(worker->db,
			&(struct q_job_claim){ .worker = worker->name,
					       .lease_until = worker->now_ms + LEASE_MS,
					       .project_id = call->project_id,
					       .id = call->id },
			&matched));
	*ret_is_ours = matched == 1;
	if (!*ret_is_ours)
		return OK;
	return q_job_get(worker->db,
			 &(struct q_job_get){ .project_id = call->project_id, .id = call->id, .worker = worker->name },
			 row);
}

static enum err
open_payload(struct call *call, struct bytes sealed)
{
	struct seal_place place = { .table = "jobs",
				    .column = "payload_sealed",
				    .row_id = call->id,
				    .project_id = call->project_id };
	struct bytes plain;

	TRY(keyring_open(call->worker->keyring, call->worker->arena, &place, sealed, &plain));
	return json_parse(call->worker->arena, (const char *)plain.data, plain.len, &call->payload, NULL);
}

static enum err
put_off(struct call *call)
{
	return q_job_again(call->worker->db,
			   &(struct q_job_again){ .run_at = call->again_at,
						  .last_error = call->problem,
						  .project_id = call->project_id,
						  .id = call->id,
						  .worker = call->worker->name },
			   NULL);
}

static enum err
write_end(void *context)
{
	struct call *call = context;
	struct tx tx = job_tx(call->worker);
	uint64_t matched = 0;

	if (call->again_at != 0)
		return put_off(call);
	TRY(q_job_done(tx.db,
		       &(struct q_job_done){ .project_id = call->project_id, .id = call->id, .worker = call->worker->name },
		       &matched));
	if (matched == 0)
		return OK;	/* the lease ran out, and whoever has it now ends it */
	if (call->answer != NULL)
		TRY(job_answer(&tx, call->project_id, call->id, call->answer, call->worker->now_ms + ANSWER_LIFE_MS));
	return call->finish != NULL ? call->finish(call, &tx) : OK;
}

static enum err
run(struct call *call, const struct q_job_get_row *row)
{
	for (size_t i = 0; i < ARRAY_LEN(kinds); i++) {
		if (strcmp(kinds[i].kind, row->kind) != 0)
			continue;
		bool is_late = kinds[i].somebody_waits &&
			       call->worker->now_ms > row->created_at + CALL_PATIENCE_MS;
		if (is_late || strcmp(row->project_status, "active") != 0)
			return OK;
		TRY(open_payload(call, row->payload_sealed));
		return kinds[i].run(call);
	}
	log_event(LOG_WARN, "a job of a kind that this version doesn't know was dropped", row->kind);
	return OK;
}

static enum err
do_call(struct call *call)
{
	struct q_job_get_row row;
	bool is_ours;

	TRY(claim(call, &row, &is_ours));
	if (!is_ours)
		return OK;
	call->org_id = row.org_id;
	call->created_at = row.created_at;
	call->attempts = row.attempts;
	TRY(run(call, &row));
	job_look_at_clock(call->worker);
	return db_transact(call->worker->db, TX_WRITE, write_end, call);
}

enum err
calls_job(struct job_worker *worker, bool *ret_more)
{
	struct q_job_due_row *due;
	size_t count;

	TRY(q_job_due(worker->db, &(struct q_job_due){ .limit = CALLS_A_ROUND }, &due, &count));
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct call call = { .worker = worker, .project_id = due[i].project_id, .id = due[i].id };

		worker->heartbeat();
		job_look_at_clock(worker);
		TRY(do_call(&call));
	}
	*ret_more = count == CALLS_A_ROUND;
	return OK;
}

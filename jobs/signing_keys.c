/*
 * Signing keys take turns: a key that has signed for 90 days gets a successor, the successor takes over a day later, and what
 * nobody needs any more goes (oauth.md rule 32).
 */
#include "domain/signing_keys.h"
#include "jobs/jobs.h"

struct turn {
	struct job_worker *worker;
	const char *org_id, *project_id, *key_id;
	enum signing_alg alg;
};

static enum err
activate(void *context)
{
	const struct turn *turn = context;
	struct tx tx = job_tx(turn->worker);

	return signing_key_activate(&tx, turn->org_id, turn->project_id, turn->alg, turn->key_id);
}

static enum err
succeed(void *context)
{
	const struct turn *turn = context;
	struct tx tx = job_tx(turn->worker);
	const char *key_id;

	return signing_key_rotate(&tx, turn->org_id, turn->project_id, turn->alg, &key_id);
}

/* Another worker, or a person, was faster. */
static enum err
take_turn(struct job_worker *worker, enum err (*step)(void *), struct turn *turn)
{
	worker->heartbeat();
	enum err e = db_transact(worker->db, TX_WRITE, step, turn);

	return e == ERR_NO_ROW || e == ERR_ROTATION_IN_PROGRESS ? OK : e;
}

static enum err
activate_due(struct job_worker *worker)
{
	struct q_signing_key_due_row *due = NULL;
	size_t count = 0;

	TRY(q_signing_key_due(worker->db, &due, &count));
	for (size_t i = 0; i < count; i++)
		TRY(take_turn(worker, activate,
			      &(struct turn){
				  .worker = worker,
				  .org_id = due[i].org_id,
				  .project_id = due[i].project_id,
				  .key_id = due[i].id,
				  .alg = signing_alg_parse(due[i].alg),
			      }));
	return OK;
}

static enum err
succeed_old(struct job_worker *worker)
{
	struct q_signing_key_old_row *old = NULL;
	size_t count = 0;

	TRY(q_signing_key_old(worker->db,
			      &(struct q_signing_key_old){ .before = worker->now_ms - SIGNING_KEY_AGE_MS }, &old, &count));
	for (size_t i = 0; i < count; i++)
		TRY(take_turn(worker, succeed,
			      &(struct turn){
				  .worker = worker,
				  .org_id = old[i].org_id,
				  .project_id = old[i].project_id,
				  .alg = signing_alg_parse(old[i].alg),
			      }));
	return OK;
}

static enum err
forget_expired(void *context)
{
	const struct job_worker *worker = context;

	return q_signing_key_delete_expired(worker->db, NULL);
}

enum err
signing_keys_job(struct job_worker *worker, bool *ret_more)
{
	(void)ret_more;
	TRY(activate_due(worker));
	TRY(succeed_old(worker));
	return db_transact(worker->db, TX_WRITE, forget_expired, worker);
}

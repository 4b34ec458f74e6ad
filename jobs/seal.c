/*
 * Seals the audit log (tenancy rule 38): gives rows that are committed their seq and hash, chain by chain, so that writers needn't wait
 * for a chain's head.
 *
 * The chain's row is written first, so one worker seals a chain at a time; rows and head change in one transaction, so a worker that dies
 * has changed nothing. Rows are sealed in the order of their ids as far as they can be seen: a transaction that took its time commits rows
 * whose ids are smaller than what is sealed already, and they come next. seq has no gaps.
 */
#include "domain/audit.h"
#include "jobs/jobs.h"
#include "lib/audit_chain.h"

#include <string.h>

/* Of a round, before mail has its turn again. */
#define CHAINS_A_ROUND 20
/* Of a transaction: they stand in memory together. */
#define ROWS_A_BATCH INT64_C(50)

static const uint8_t BEFORE_THE_FIRST[AUDIT_HASH_SIZE];

struct sealing {
	struct job_worker *worker;
	const char *chain_id;
	size_t sealed;
};

/* The first write of the transaction: other workers wait for it. */
static enum err
hold_chain(const struct sealing *sealing)
{
	const struct q_audit_chain_hold hold = { .chain_id = sealing->chain_id };
	struct db *db = sealing->worker->db;
	uint64_t matched;

	TRY(q_audit_chain_hold(db, &hold, &matched));
	if (matched == 1)
		return OK;
	TRY(q_audit_chain_open(db,
			       &(struct q_audit_chain_open){
				   .chain_id = sealing->chain_id,
				   .hash = { BEFORE_THE_FIRST, AUDIT_HASH_SIZE },
			       },
			       NULL));
	return q_audit_chain_hold(db, &hold, NULL);
}

static enum err
seal_row(const struct sealing *sealing, const struct audit_event_row *row, int64_t seq, uint8_t hash[AUDIT_HASH_SIZE])
{
	struct job_worker *worker = sealing->worker;
	struct audit_link link = audit_link_of(worker->arena, row, seq);
	uint64_t matched;

	audit_link_hash(worker->arena, hash, &link, hash);
	TRY(q_audit_chain_seal(worker->db,
			       &(struct q_audit_chain_seal){
				   .seq = seq,
				   .hash = { hash, AUDIT_HASH_SIZE },
				   .chain_id = row->chain_id,
				   .id = row->id,
			       },
			       &matched));
	return matched == 1 ? OK : ERR_DB_CONFLICT;
}

static enum err
move_head(const struct sealing *sealing, int64_t previous_seq, const uint8_t hash[AUDIT_HASH_SIZE])
{
	uint64_t matched;

	TRY(q_audit_chain_advance(sealing->worker->db,
				  &(struct q_audit_chain_advance){
				      .seq = previous_seq + (int64_t)sealing->sealed,
				      .hash = { hash, AUDIT_HASH_SIZE },
				      .chain_id = sealing->chain_id,
				      .previous_seq = previous_seq,
				  },
				  &matched));
	return matched == 1 ? OK : ERR_DB_CONFLICT;
}

static enum err
read_head(const struct sealing *sealing, int64_t *ret_seq, uint8_t ret_hash[AUDIT_HASH_SIZE])
{
	struct q_audit_chain_head_row head;

	TRY(q_audit_chain_head(sealing->worker->db, &(struct q_audit_chain_head){ .chain_id = sealing->chain_id }, &head));
	if (head.hash.len != AUDIT_HASH_SIZE)
		return ERR_INTERNAL;
	memcpy(ret_hash, head.hash.data, AUDIT_HASH_SIZE);
	*ret_seq = head.seq;
	return OK;
}

/* ERR_NO_ROW, which rolls back, when another worker has sealed everything meanwhile. */
static enum err
seal_batch(void *context)
{
	struct sealing *sealing = context;
	struct audit_event_row *rows;
	uint8_t hash[AUDIT_HASH_SIZE];
	int64_t seq;
	size_t count;

	sealing->sealed = 0;
	TRY(hold_chain(sealing));
	TRY(read_head(sealing, &seq, hash));
	TRY(q_audit_chain_pending(
	    sealing->worker->db,
	    &(struct q_audit_chain_pending){ .chain_id = sealing->chain_id, .limit = ROWS_A_BATCH }, &rows, &count));
	if (count == 0)
		return ERR_NO_ROW;
	for (; sealing->sealed < count; sealing->sealed++)
		TRY(seal_row(sealing, &rows[sealing->sealed], seq + (int64_t)sealing->sealed + 1, hash));
	/* What was hashed may not be what stands there. */
	if (arena_is_exhausted(sealing->worker->arena))
		return ERR_BUSY;
	return move_head(sealing, seq, hash);
}

/* A chain that can't be sealed, because somebody tampered with it, doesn't keep the others from it; its error is the round's. */
enum err
seal_job(struct job_worker *worker, bool *ret_more)
{
	struct q_audit_chain_unsealed_row *chains;
	struct arena_mark mark;
	enum err result = OK;
	size_t count;

	TRY(q_audit_chain_unsealed(worker->db, &(struct q_audit_chain_unsealed){ .limit = CHAINS_A_ROUND }, &chains,
				   &count));
	*ret_more = count == CHAINS_A_ROUND;
	mark = arena_mark(worker->arena);
	for (size_t i = 0; i < count && !*worker->stop; i++) {
		struct sealing sealing = { .worker = worker, .chain_id = chains[i].chain_id };
		enum err e;

		worker->heartbeat();
		job_look_at_clock(worker);
		e = db_transact(worker->db, TX_WRITE, seal_batch, &sealing);
		if (e == ERR_DB_LOST)
			return e;
		if (e != OK && e != ERR_NO_ROW)
			result = e;
		*ret_more = *ret_more || sealing.sealed == ROWS_A_BATCH;
		arena_rewind(worker->arena, mark);
	}
	return result;
}

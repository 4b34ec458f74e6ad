/*
 * Verifies a chain: each row's hash against the row and the hash before, then the head, then what a caller kept.
 */
#include "domain/audit.h"

#include <string.h>

#include "lib/encode.h"
#include "lib/http.h"

/* Rows that stand in memory at once. */
#define PAGE_ROWS 50

static const uint8_t BEFORE_THE_FIRST[AUDIT_HASH_SIZE];

struct audit_link
audit_link_of(struct arena *arena, const struct audit_event_row *row, int64_t seq)
{
	return (struct audit_link){
		.seq = seq,
		.chain = row->chain_id,
		.id = row->id,
		.workspace_id = row->workspace_id,
		.occurred_at = row->occurred_at,
		.action = row->action,
		.actor_kind = row->actor_kind,
		.actor_id = row->actor_id,
		.actor_label = row->actor_label,
		.target_type = row->target_type,
		.target_id = row->target_id,
		.target_label = row->target_label,
		.result = row->result,
		.ip = row->ip.data == NULL ? NULL : ip_format(arena, row->ip),
		.user_agent = row->user_agent,
		.request_id = row->request_id,
		.changes = row->changes,
	};
}

enum err
audit_head_get(struct tx *tx, const char *chain_id, struct audit_head *ret)
{
	struct q_audit_chain_head_row row = { .hash = { BEFORE_THE_FIRST, AUDIT_HASH_SIZE }, .sealed_at = NONE };
	enum err e = q_audit_chain_head(tx->db, &(struct q_audit_chain_head){ .chain_id = chain_id }, &row);

	if (e != OK && e != ERR_NO_ROW)
		return e;
	*ret = (struct audit_head){ row.seq, hex_encode(tx->arena, row.hash), row.sealed_at };
	return OK;
}

/* ---- the rows ---- */

struct walk {
	struct tx *tx;
	const struct audit_check *check;
	int64_t to_seq;
	int64_t next;				/* the seq that must come now */
	uint8_t previous[AUDIT_HASH_SIZE];	/* the hash of the one before */
	struct audit_verdict *verdict;
};

static void
find_bad(struct audit_verdict *verdict, int64_t seq)
{
	if (verdict->first_bad_seq == NONE || seq < verdict->first_bad_seq)
		verdict->first_bad_seq = seq;
}

static bool
hashes_equal(struct bytes stored, const uint8_t expected[AUDIT_HASH_SIZE])
{
	return stored.len == AUDIT_HASH_SIZE && memcmp(stored.data, expected, AUDIT_HASH_SIZE) == 0;
}

static enum err
start(struct walk *walk)
{
	struct q_audit_chain_hash_at_row row;
	enum err e;

	memcpy(walk->previous, BEFORE_THE_FIRST, AUDIT_HASH_SIZE);
	if (walk->next == 1)
		return OK;
	e = q_audit_chain_hash_at(walk->tx->db,
				  &(struct q_audit_chain_hash_at){
				      .chain_id = walk->check->chain_id,
				      .seq = walk->next - 1,
				  },
				  &row);
	if (e == ERR_NO_ROW || (e == OK && row.hash.len != AUDIT_HASH_SIZE)) {
		find_bad(walk->verdict, walk->next - 1);
		return OK;
	}
	TRY(e);
	memcpy(walk->previous, row.hash.data, AUDIT_HASH_SIZE);
	return OK;
}

static void
check_row(struct walk *walk, const struct audit_event_row *row)
{
	const struct audit_anchor *anchor = walk->check->anchor;
	struct audit_link link = audit_link_of(walk->tx->arena, row, row->seq);
	uint8_t hash[AUDIT_HASH_SIZE];

	if (row->seq != walk->next) {
		find_bad(walk->verdict, walk->next);
		return;
	}
	audit_link_hash(walk->tx->arena, walk->previous, &link, hash);
	walk->verdict->checked++;
	if (!hashes_equal(row->hash, hash) ||
	    (anchor != NULL && anchor->seq == row->seq && !hashes_equal(anchor->hash, hash))) {
		find_bad(walk->verdict, row->seq);
		return;
	}
	memcpy(walk->previous, hash, AUDIT_HASH_SIZE);
	walk->next++;
}

static enum err
check_page(struct walk *walk)
{
	struct arena_mark mark = arena_mark(walk->tx->arena);
	struct audit_event_row *rows;
	size_t count;

	TRY(q_audit_chain_rows(walk->tx->db,
			       &(struct q_audit_chain_rows){
				   .chain_id = walk->check->chain_id,
				   .from_seq = walk->next,
				   .to_seq = walk->to_seq,
				   .limit = PAGE_ROWS,
			       },
			       &rows, &count));
	if (count == 0)
		find_bad(walk->verdict, walk->next);
	for (size_t i = 0; i < count && walk->verdict->first_bad_seq == NONE; i++)
		check_row(walk, &rows[i]);
	if (arena_is_exhausted(walk->tx->arena))
		return ERR_BUSY;
	arena_rewind(walk->tx->arena, mark);
	return OK;
}

/* ---- the end ---- */

/* The head says what the last row says, and no row stands above it. */
static enum err
check_head(struct walk *walk)
{
	const struct audit_head *head = &walk->verdict->head;
	const char *last = hex_encode(walk->tx->arena, (struct bytes){ walk->previous, AUDIT_HASH_SIZE });
	struct q_audit_chain_beyond_head_row beyond;

	if (strcmp(head->hash, last) != 0)
		find_bad(walk->verdict, head->seq);
	TRY(q_audit_chain_beyond_head(
	    walk->tx->db, &(struct q_audit_chain_beyond_head){ .chain_id = walk->check->chain_id }, &beyond));
	if (beyond.seq != NONE)
		find_bad(walk->verdict, beyond.seq);
	return OK;
}

/* An anchor outside of what was read: above the head the tail was cut, below it the row must have kept its hash. */
static enum err
check_anchor(const struct walk *walk)
{
	const struct audit_anchor *anchor = walk->check->anchor;
	struct q_audit_chain_hash_at_row row;
	enum err e;

	if (anchor == NULL || (anchor->seq >= walk->check->from_seq && anchor->seq <= walk->to_seq))
		return OK;
	if (anchor->seq > walk->verdict->head.seq) {
		find_bad(walk->verdict, walk->verdict->head.seq + 1);
		return OK;
	}
	e = q_audit_chain_hash_at(walk->tx->db,
				  &(struct q_audit_chain_hash_at){
				      .chain_id = walk->check->chain_id,
				      .seq = anchor->seq,
				  },
				  &row);
	if (e == ERR_NO_ROW || (e == OK && (row.hash.len != anchor->hash.len ||
					    memcmp(row.hash.data, anchor->hash.data, row.hash.len) != 0))) {
		find_bad(walk->verdict, anchor->seq);
		return OK;
	}
	return e;
}

enum err
audit_verify(struct tx *tx, const struct audit_check *check, struct audit_verdict *ret)
{
	struct audit_verdict verdict = { .first_bad_seq = NONE };
	struct q_audit_chain_count_unsealed_row waiting;
	struct walk walk = { .tx = tx, .check = check, .next = check->from_seq, .verdict = &verdict };

	TRY(audit_head_get(tx, check->chain_id, &verdict.head));
	TRY(q_audit_chain_count_unsealed(
	    tx->db, &(struct q_audit_chain_count_unsealed){ .chain_id = check->chain_id }, &waiting));
	verdict.unsealed = waiting.unsealed;
	walk.to_seq = check->to_seq == NONE ? verdict.head.seq : check->to_seq;
	TRY(start(&walk));
	while (walk.next <= walk.to_seq && verdict.first_bad_seq == NONE)
		TRY(check_page(&walk));
	if (walk.to_seq == verdict.head.seq && verdict.first_bad_seq == NONE)
		TRY(check_head(&walk));
	TRY(check_anchor(&walk));
	verdict.valid = verdict.first_bad_seq == NONE;
	*ret = verdict;
	return OK;
}

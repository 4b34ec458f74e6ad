/*
 * Wrong second factors: ten an hour and account, over all kinds of factors (users.md rule 20).
 */
#include <string.h>

#include "domain/throttle.h"
#include "lib/encode.h"
#include "sql/gen/queries.h"

#define KIND_FACTOR "factor"
#define TRIES_MAX   10
#define WINDOW_MS   HOUR_MS

static struct bytes
digest_of(struct tx *tx, const char *user_id)
{
	return sha256_bytes(tx->arena, user_id, strlen(user_id));
}

static enum err
block(struct tx *tx, const char *project_id, struct bytes digest, int64_t until_at)
{
	return q_sign_in_throttle_block(tx->db,
					&(struct q_sign_in_throttle_block){
					    .blocked_until_at = until_at,
					    .project_id = project_id,
					    .kind = KIND_FACTOR,
					    .subject_digest = digest,
					},
					NULL);
}

/* The row is written first and so locked until the try is judged: of many at once each sees what
 * the others counted. */
enum err
throttle_count_factor(struct tx *tx, const char *project_id, const char *user_id,
		      struct throttle_answer *ret)
{
	struct q_sign_in_throttle_factor_row row;
	struct bytes digest = digest_of(tx, user_id);

	TRY(q_sign_in_throttle_count_factor(tx->db,
					    &(struct q_sign_in_throttle_count_factor){
						.project_id = project_id,
						.subject_digest = digest,
						.subject = user_id,
						.window_since = tx->now_ms - WINDOW_MS,
					    },
					    NULL));
	TRY(q_sign_in_throttle_factor(
	    tx->db,
	    &(struct q_sign_in_throttle_factor){.project_id = project_id, .subject_digest = digest},
	    &row));
	*ret = (struct throttle_answer){
	    .is_blocked = row.count > TRIES_MAX,
	    .wait_ms = row.window_start_at + WINDOW_MS - tx->now_ms,
	};
	if (row.count < TRIES_MAX)
		return OK;
	return block(tx, project_id, digest, row.window_start_at + WINDOW_MS);
}

enum err
throttle_uncount_factor(struct tx *tx, const char *project_id, const char *user_id)
{
	return q_sign_in_throttle_undo_factor(
	    tx->db,
	    &(struct q_sign_in_throttle_undo_factor){.project_id = project_id,
						     .subject_digest = digest_of(tx, user_id)},
	    NULL);
}

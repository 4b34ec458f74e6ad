-- expect: enum err q_only_now(struct db *db, uint64_t *ret_matched) MUST_CHECK;
-- The clock is no parameter.

-- name: only_now :exec
UPDATE installation SET setup_done_at = :now, setup_digest = NULL WHERE id = 1 AND setup_done_at IS NULL;

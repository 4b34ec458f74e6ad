-- expect: enum err q_insert_select(struct db *db, const struct q_insert_select *params, uint64_t *ret_matched) MUST_CHECK;
-- The tenant comes from a bound table.

-- name: insert_select :exec
INSERT INTO event_queue (project_id, event_id)
SELECT e.project_id, e.id FROM events e WHERE e.project_id = :project_id AND e.sequence IS NULL;

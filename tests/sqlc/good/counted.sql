-- expect: enum err q_counted(struct db *db, const struct q_counted *params, struct q_counted_row *ret_row) MUST_CHECK;
-- Counting as far as a limit.

-- name: counted :one
SELECT COUNT(*) AS total
FROM (SELECT 1 FROM users u FORCE INDEX (k_created_at_id) WHERE u.project_id = :project_id AND u.status = :status LIMIT :limit) AS counted;

-- expect: LIMIT without ORDER BY takes any rows
-- Any rows.

-- name: limit_without_order :many
SELECT u.id FROM users u WHERE u.project_id = :project_id LIMIT :limit;

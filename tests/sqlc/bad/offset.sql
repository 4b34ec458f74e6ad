-- expect: page by the last key seen, not by OFFSET
-- Pages shift under inserts.

-- name: offset :many
SELECT u.id FROM users u WHERE u.project_id = :project_id ORDER BY u.id LIMIT :limit OFFSET :skip;

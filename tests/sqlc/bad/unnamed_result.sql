-- expect: result 1 needs a name
-- A member needs a name.

-- name: unnamed_result :one
SELECT COUNT(*) FROM users u WHERE u.project_id = :project_id;

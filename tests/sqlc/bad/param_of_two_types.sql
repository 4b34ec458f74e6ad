-- expect: :x is used as text and as int
-- One parameter, one type.

-- name: param_of_two_types :one
SELECT u.id FROM users u WHERE u.project_id = :project_id AND u.username = :x AND u.version = :x;

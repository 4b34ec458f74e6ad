-- expect: '->' is one server's syntax
-- One server's syntax.

-- name: json_arrow :one
SELECT u.metadata->'a' AS a FROM users u WHERE u.project_id = :project_id AND u.id = :id;

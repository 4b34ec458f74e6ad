-- expect: the function JSON_EXTRACT isn't in the subset
-- Only what is known on both servers.

-- name: unknown_function :one
SELECT JSON_EXTRACT(u.metadata, '$.a') AS a FROM users u WHERE u.project_id = :project_id AND u.id = :id;

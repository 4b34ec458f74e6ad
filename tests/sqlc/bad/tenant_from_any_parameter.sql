-- expect: isn't bound to one tenant: AND u.project_id = :project_id
-- A name that doesn't say which check the caller made.

-- name: tenant_from_any_parameter :one
SELECT u.id FROM users u WHERE u.project_id = :asked AND u.id = :id;

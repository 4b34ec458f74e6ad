-- expect: u isn't bound to one tenant: AND u.project_id = :project_id
-- A user is looked for in all projects at once.

-- name: no_tenant :one
SELECT u.id FROM users u WHERE u.id = :id;

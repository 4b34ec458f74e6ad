-- expect: isn't bound to one tenant
-- Every tenant but one.

-- name: tenant_unequal :one
SELECT u.id FROM users u WHERE u.project_id <> :project_id AND u.id = :id;

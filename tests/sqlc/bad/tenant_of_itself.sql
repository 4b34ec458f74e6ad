-- expect: isn't bound to one tenant
-- A column equals itself in every row.

-- name: tenant_of_itself :one
SELECT u.id FROM users u WHERE u.project_id = u.project_id AND u.id = :id;

-- expect: isn't bound to one tenant
-- An alternative lets every row pass.

-- name: tenant_in_or :one
SELECT u.id FROM users u WHERE u.id = :id AND (u.project_id = :project_id OR :is_all);

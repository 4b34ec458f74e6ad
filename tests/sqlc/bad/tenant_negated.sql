-- expect: isn't bound to one tenant
-- Everybody but the tenant.

-- name: tenant_negated :one
SELECT u.id FROM users u WHERE NOT u.project_id = :project_id AND u.id = :id;

-- expect: isn't bound to one tenant
-- A literal is nobody's tenant.

-- name: tenant_literal :one
SELECT u.id FROM users u WHERE u.project_id = 'prj_0000000000000001' AND u.id = :id;

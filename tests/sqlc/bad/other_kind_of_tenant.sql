-- expect: isn't bound to one tenant
-- An organization's id never equals a project's.

-- name: other_kind_of_tenant :one
SELECT u.id FROM orgs o JOIN users u ON u.project_id = o.id WHERE o.id = :org_id;

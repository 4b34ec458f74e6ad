-- expect: p isn't bound to one tenant: AND p.org_id = :org_id or p.id = :project_id
-- The parameter's name says which check the caller made.

-- name: project_by_any_id :one
SELECT p.name FROM projects p WHERE p.id = :id;

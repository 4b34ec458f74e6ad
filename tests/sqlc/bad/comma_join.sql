-- expect: write JOIN … ON
-- Joins say what they join on.

-- name: comma_join :one
SELECT o.id FROM orgs o, projects p WHERE o.id = :org_id AND p.org_id = o.id;

-- expect: UNION isn't in the subset
-- Two queries.

-- name: union :many
SELECT o.id FROM orgs o WHERE o.id = :org_id UNION SELECT p.id FROM projects p WHERE p.org_id = :org_id;

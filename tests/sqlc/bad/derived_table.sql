-- expect: a SELECT in FROM isn't in the subset
-- Not in the subset.

-- name: derived_table :one
SELECT x.id FROM (SELECT o.id FROM orgs o WHERE o.id = :org_id) x;

-- expect: same_name is the name of a query in
-- Two functions of one name.

-- name: same_name :one
SELECT o.id FROM orgs o WHERE o.id = :org_id;

-- name: same_name :one
SELECT o.name FROM orgs o WHERE o.id = :org_id;

-- expect: orgs has no column nam
-- A slip of the pen.

-- name: unknown_column :one
SELECT o.nam FROM orgs o WHERE o.id = :org_id;

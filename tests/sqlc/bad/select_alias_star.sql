-- expect: SELECT * changes when the table does
-- The same with an alias.

-- name: select_alias_star :one
SELECT o.* FROM orgs o WHERE o.id = :org_id;

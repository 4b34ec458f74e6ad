-- expect: SELECT * changes when the table does
-- The row would change with the table.

-- name: select_star :one
SELECT * FROM orgs o WHERE o.id = :org_id;

-- expect: there is no table prjects
-- A slip of the pen.

-- name: unknown_table :one
SELECT p.id FROM prjects p WHERE p.org_id = :org_id;

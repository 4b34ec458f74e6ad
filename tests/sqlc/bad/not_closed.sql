-- expect: the statement doesn't end with ';'
-- The last query of a file.

-- name: not_closed :one
SELECT o.id FROM orgs o WHERE o.id = :org_id

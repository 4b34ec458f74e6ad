-- expect: a SELECT is :one or :many
-- What would become of the rows?

-- name: select_exec :exec
SELECT o.id FROM orgs o WHERE o.id = :org_id;

-- expect: needs :one, :many or :exec
-- How many rows?

-- name: no_mode 
SELECT o.id FROM orgs o WHERE o.id = :org_id;

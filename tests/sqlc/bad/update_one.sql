-- expect: INSERT, UPDATE and DELETE are :exec
-- There is no row to give.

-- name: update_one :one
UPDATE orgs SET guard = guard + 1 WHERE id = :org_id;

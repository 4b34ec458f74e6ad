-- expect: shared locks are spelled differently
-- Spelled differently on each server.

-- name: for_share :one
SELECT o.id FROM orgs o WHERE o.id = :org_id FOR SHARE;

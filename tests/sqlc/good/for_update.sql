-- expect: int64_t version;
-- What is decided on is read with a lock.

-- name: for_update :one
SELECT o.version FROM orgs o WHERE o.id = :org_id FOR UPDATE;

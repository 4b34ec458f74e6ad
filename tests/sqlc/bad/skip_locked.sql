-- expect: SKIP is local to one node: claim rows by an UPDATE with a lease
-- Local to a node.

-- name: skip_locked :one
SELECT j.id FROM jobs j WHERE j.project_id = :project_id ORDER BY j.id LIMIT 1 FOR UPDATE SKIP LOCKED;

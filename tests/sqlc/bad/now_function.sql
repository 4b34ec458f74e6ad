-- expect: NOW isn't allowed: a request has one clock: bind :now
-- A request has one clock.

-- name: now_function :exec
UPDATE sessions SET revoked_at = NOW() WHERE project_id = :project_id AND id = :id;

-- expect: CURRENT_TIMESTAMP isn't allowed: a request has one clock
-- The same without parentheses.

-- name: current_timestamp :exec
UPDATE sessions SET revoked_at = CURRENT_TIMESTAMP WHERE project_id = :project_id AND id = :id;

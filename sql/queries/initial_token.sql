-- Tokens that let somebody register a client (RFC 7591 section 3).

-- name: initial_token_insert :exec
INSERT INTO initial_tokens (project_id, id, digest, uses_left, created_by, created_at, expires_at)
VALUES (:project_id, :id, :digest, :uses_left, :created_by, :now, :expires_at);

-- It counts down; of many uses at once as many hit as are left.
-- name: initial_token_spend :exec
UPDATE initial_tokens SET uses_left = uses_left - 1
WHERE project_id = :project_id AND digest = :digest AND uses_left > 0 AND expires_at > :now;

-- Those that still register something, the newest first.
-- name: initial_token_list :many
-- row: initial_token_row
SELECT t.id, t.uses_left, t.created_by, u.email AS created_by_email, t.created_at, t.expires_at
FROM initial_tokens t
LEFT JOIN users u ON u.project_id = :console_id AND u.id = t.created_by
WHERE t.project_id = :project_id AND t.uses_left > 0 AND t.expires_at > :now AND (:after_id IS NULL OR t.id < :after_id)
ORDER BY t.id DESC
LIMIT :limit;

-- name: initial_token_count :one
SELECT COUNT(*) AS total FROM initial_tokens t WHERE t.project_id = :project_id AND t.uses_left > 0 AND t.expires_at > :now;

-- Of two that end it at once one hits.
-- name: initial_token_end :exec
UPDATE initial_tokens SET uses_left = 0
WHERE project_id = :project_id AND id = :id AND uses_left > 0 AND expires_at > :now;

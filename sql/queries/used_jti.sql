-- Tokens of others that work once: a duplicate key is a second use (oauth.md rules 23, 24 and 27).

-- name: used_jti_insert :exec
INSERT INTO used_jtis (project_id, kind, digest, expires_at)
VALUES (:project_id, :kind, :digest, :expires_at);

-- expect: const char *user_name;
-- A bound table hands its binding on, also backwards.

-- name: column_binds :one
SELECT s.id, u.name AS user_name FROM sessions s JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id
WHERE u.project_id = :project_id AND s.token_digest = :token_digest;

-- expect: bool has_sessions;
-- A subquery sees the tables around it.

-- name: exists_correlated :one
SELECT u.id, EXISTS (SELECT s.id FROM sessions s WHERE s.project_id = u.project_id AND s.user_id = u.id) AS has_sessions
FROM users u WHERE u.project_id = :project_id AND u.id = :id;

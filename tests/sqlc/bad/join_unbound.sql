-- expect: s isn't bound to one tenant: AND s.project_id = :project_id
-- The joined table is reached by an id alone.

-- name: join_unbound :one
SELECT u.id, s.id AS session_id FROM users u JOIN sessions s ON s.user_id = u.id WHERE u.project_id = :project_id AND u.id = :id;

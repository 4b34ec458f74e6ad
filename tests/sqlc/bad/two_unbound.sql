-- expect: isn't bound to one tenant
-- Two tables that bind each other are bound to nothing.

-- name: two_unbound :one
SELECT u.id FROM users u JOIN sessions s ON s.project_id = u.project_id AND s.user_id = u.id WHERE s.id = :id;

-- expect: s isn't bound to one tenant
-- Also inside EXISTS.

-- name: subquery_unbound :one
SELECT u.id FROM users u WHERE u.project_id = :project_id AND EXISTS (SELECT s.id FROM sessions s WHERE s.user_id = u.id);

-- expect: LOWER isn't allowed
-- The server's case rules merge accounts.

-- name: lower_function :one
SELECT u.id FROM users u WHERE u.project_id = :project_id AND LOWER(u.email) = :email;

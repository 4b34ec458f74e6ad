-- expect: u isn't bound to one tenant
-- The ON of a LEFT JOIN leaves out no row of the left table.

-- name: left_join_binds_backwards :one
SELECT u.id FROM users u LEFT JOIN sessions s ON s.project_id = :project_id AND u.project_id = s.project_id WHERE u.id = :id;

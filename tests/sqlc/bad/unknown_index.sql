-- expect: users has no key k_nothing
-- A key that isn't there fails when the statement runs.

-- name: unknown_index :one
SELECT u.name FROM users u FORCE INDEX (k_nothing) WHERE u.project_id = :project_id AND u.id = :id;

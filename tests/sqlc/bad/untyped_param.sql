-- expect: the type of :x can't be inferred
-- Nothing says what it is.

-- name: untyped_param :one
SELECT u.id FROM users u WHERE u.project_id = :project_id AND :x IS NULL;

-- expect: RAND isn't allowed
-- Randomness comes from the program.

-- name: rand_function :one
SELECT u.id FROM users u WHERE u.project_id = :project_id ORDER BY RAND() LIMIT 1;

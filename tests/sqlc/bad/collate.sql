-- expect: COLLATE isn't in the subset
-- A collation that one server lacks.

-- name: collate :one
SELECT u.id FROM users u WHERE u.project_id = :project_id AND u.name = :name COLLATE utf8mb4_0900_ai_ci;

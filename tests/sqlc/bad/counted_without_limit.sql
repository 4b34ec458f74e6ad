-- expect: what is counted without LIMIT needs no SELECT in FROM
-- COUNT(*) does without.

-- name: counted_without_limit :one
SELECT COUNT(*) AS total FROM (SELECT 1 FROM users u WHERE u.project_id = :project_id) AS counted;

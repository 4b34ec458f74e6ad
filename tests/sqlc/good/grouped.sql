-- expect: int64_t people;
-- Numbers per day or status.

-- name: grouped :many
SELECT u.status, COUNT(*) AS people FROM users u WHERE u.project_id = :project_id GROUP BY u.status HAVING people > 0 ORDER BY people DESC;

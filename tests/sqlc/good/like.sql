-- expect: const char *pattern;
-- A pattern from like_contains().

-- name: like :many
SELECT u.id FROM users u WHERE u.project_id = :project_id AND u.name LIKE :pattern ESCAPE '!' ORDER BY u.id LIMIT :limit;

-- expect: LIKE needs ESCAPE
-- % in what a person typed would match everything.

-- name: like_without_escape :many
SELECT u.id FROM users u WHERE u.project_id = :project_id AND u.name LIKE :pattern ORDER BY u.id LIMIT :limit;

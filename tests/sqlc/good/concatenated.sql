-- expect: const char *statuses;	/* may be NULL */
-- A short list in one column.

-- name: concatenated :one
SELECT GROUP_CONCAT(u.status ORDER BY u.id SEPARATOR ' ') AS statuses FROM users u WHERE u.project_id = :project_id;

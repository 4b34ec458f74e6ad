-- expect: const char *status;	/* may be NULL */
-- expect: int64_t is_anonymous;	/* may be NULL */
-- A filter that is NULL lets all pass; a boolean that may be NULL is an integer.

-- name: optional_filters :many
SELECT u.id FROM users u
WHERE u.project_id = :project_id AND (:status IS NULL OR u.status = :status)
	AND (:is_anonymous IS NULL OR u.is_anonymous = :is_anonymous)
ORDER BY u.id LIMIT :limit;

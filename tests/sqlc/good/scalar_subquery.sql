-- expect: int64_t sessions;
-- expect: int64_t newest;	/* may be NULL */
-- COUNT always gives a row, MAX may give NULL.

-- name: scalar_subquery :one
SELECT (SELECT COUNT(*) FROM sessions s WHERE s.project_id = :project_id) AS sessions,
	(SELECT MAX(e.created_at) FROM events e WHERE e.project_id = :project_id) AS newest
FROM installation i WHERE i.id = 1;

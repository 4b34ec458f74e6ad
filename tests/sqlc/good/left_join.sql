-- expect: const char *role;	/* may be NULL */
-- What may be missing may be NULL.

-- name: left_join :many
SELECT m.user_id, x.role FROM members m LEFT JOIN project_members x ON x.project_id = :project_id AND x.user_id = m.user_id
WHERE m.org_id = :org_id ORDER BY m.user_id;

-- expect: int64_t last_seen_at;	/* may be NULL */
-- A member is a user of the console.

-- name: console_binds :many
SELECT m.id, u.name, m.last_seen_at FROM members m JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE m.org_id = :org_id ORDER BY m.id LIMIT :limit;

-- Roles that members have in one project, when they differ from the organization's.

-- name: project_member_get :one
-- row: project_member_row
-- column: role text?
SELECT m.user_id, u.name, u.email, m.role AS org_role, pm.role AS override, pm.updated_at, NULL AS role
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
LEFT JOIN project_members pm ON pm.project_id = :project_id AND pm.org_id = m.org_id AND pm.user_id = m.user_id
WHERE m.org_id = :org_id AND m.user_id = :user_id;

-- name: project_member_list :many
-- row: project_member_row
-- column: role text?
SELECT m.user_id, u.name, u.email, m.role AS org_role, pm.role AS override, pm.updated_at, NULL AS role
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
LEFT JOIN project_members pm ON pm.project_id = :project_id AND pm.org_id = m.org_id AND pm.user_id = m.user_id
WHERE m.org_id = :org_id
	AND (:overrides_only = FALSE OR pm.role IS NOT NULL)
	AND (:after_id IS NULL OR m.user_id > :after_id)
ORDER BY m.user_id
LIMIT :limit;

-- name: project_member_count :one
SELECT COUNT(*) AS total
FROM members m
LEFT JOIN project_members pm ON pm.project_id = :project_id AND pm.org_id = m.org_id AND pm.user_id = m.user_id
WHERE m.org_id = :org_id AND (:overrides_only = FALSE OR pm.role IS NOT NULL);

-- name: project_member_set :exec
INSERT INTO project_members (project_id, user_id, org_id, role, created_at, updated_at)
VALUES (:project_id, :user_id, :org_id, :role, :now, :now)
ON DUPLICATE KEY UPDATE role = VALUES(role), updated_at = VALUES(updated_at);

-- name: project_member_delete :exec
DELETE FROM project_members WHERE project_id = :project_id AND org_id = :org_id AND user_id = :user_id;

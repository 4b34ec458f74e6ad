-- What a person sees of their own memberships.

-- name: me_orgs :many
-- row: my_org_row
-- unscoped: a person's memberships cross organizations; every row is bound to the person
SELECT o.id, o.name, o.slug, m.role, m.id AS member_id, COALESCE(k.plan_key, d.plan_key) AS plan
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
LEFT JOIN installation i ON i.id = 1
LEFT JOIN plans d ON d.project_id = i.console_id AND d.is_default = TRUE
LEFT JOIN plan_assignments a ON a.project_id = i.console_id AND a.subject_id = o.id AND (a.ends_at IS NULL OR a.ends_at > :now)
LEFT JOIN plans k ON k.project_id = a.project_id AND k.id = a.plan_id
WHERE m.console_id = :console_id AND m.user_id = :user_id
	AND (:only_id IS NULL OR m.org_id = :only_id)
	AND (:after_id IS NULL OR m.org_id > :after_id)
ORDER BY o.id
LIMIT :limit;

-- name: me_org_count :one
-- unscoped: a person's memberships cross organizations; every row is bound to the person
SELECT COUNT(*) AS total
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
WHERE m.console_id = :console_id AND m.user_id = :user_id AND (:only_id IS NULL OR m.org_id = :only_id);

-- The projects of a run of those organizations; role is the override.
-- name: me_projects :many
-- row: my_project_row
-- unscoped: a person's memberships cross organizations; every row is bound to the person
SELECT p.id, p.org_id, p.name, p.slug, p.environment, COALESCE(o.default_project_id = p.id, FALSE) AS is_default, pm.role
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
JOIN projects p ON p.org_id = m.org_id AND p.status = 'active'
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = p.org_id AND pm.user_id = m.user_id
WHERE m.user_id = :user_id AND m.org_id >= :first_org_id AND m.org_id <= :last_org_id
ORDER BY p.org_id, is_default DESC, p.id DESC
LIMIT :limit;

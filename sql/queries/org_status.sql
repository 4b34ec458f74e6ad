-- What the operators of the installation see of every organization, and do to it.

-- name: operator_org_list :many
-- row: operator_org_row
-- column: role text?
-- unscoped: operators see every organization
SELECT o.id, o.name, o.slug, o.description, o.logo_url, o.discoverable, o.status, o.default_project_id, o.created_at, o.updated_at,
	NULL AS role, COALESCE(k.plan_key, d.plan_key) AS plan, (SELECT COUNT(*) FROM members m WHERE m.org_id = o.id) AS member_count
FROM orgs o
LEFT JOIN installation i ON i.id = 1
LEFT JOIN plans d ON d.project_id = i.console_id AND d.is_default = TRUE
LEFT JOIN plan_assignments a ON a.project_id = i.console_id AND a.subject_id = o.id AND (a.ends_at IS NULL OR a.ends_at > :now)
LEFT JOIN plans k ON k.project_id = a.project_id AND k.id = a.plan_id
WHERE o.status <> 'deleted'
	AND (:status IS NULL OR o.status = :status)
	AND (:search IS NULL OR o.name LIKE :search ESCAPE '!' OR o.slug LIKE :slug_search ESCAPE '!' OR o.id = :search_id)
	AND (:after_id IS NULL OR o.id < :after_id)
ORDER BY o.id DESC
LIMIT :limit;

-- name: operator_org_count :one
-- unscoped: operators see every organization
SELECT COUNT(*) AS total
FROM orgs o
WHERE o.status <> 'deleted'
	AND (:status IS NULL OR o.status = :status)
	AND (:search IS NULL OR o.name LIKE :search ESCAPE '!' OR o.slug LIKE :slug_search ESCAPE '!' OR o.id = :search_id);

-- What shows of it has changed elsewhere.
-- name: org_touch :exec
UPDATE orgs SET version = version + 1, updated_at = :now WHERE id = :org_id AND status <> 'deleted';

-- name: org_set_status :exec
UPDATE orgs SET status = :status, version = version + 1, updated_at = :now WHERE id = :org_id AND status <> 'deleted';

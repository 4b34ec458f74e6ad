-- What the operators of the installation see of every organization, and do to it.

-- name: operator_org_list :many
-- row: operator_org_row
-- column: role text?
-- column: plan text?
-- unscoped: operators see every organization
SELECT o.id, o.name, o.slug, o.description, o.logo_url, o.discoverable, o.status, o.default_project_id, o.created_at, o.updated_at,
	NULL AS role, NULL AS plan, (SELECT COUNT(*) FROM members m WHERE m.org_id = o.id) AS member_count
FROM orgs o
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

-- name: org_set_status :exec
UPDATE orgs SET status = :status, version = version + 1, updated_at = :now WHERE id = :org_id AND status <> 'deleted';

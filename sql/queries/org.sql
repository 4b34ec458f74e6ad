-- Organizations.

-- name: org_get :one
-- row: org_row
-- column: role text?
SELECT o.id, o.name, o.slug, o.description, o.logo_url, o.discoverable, o.status, o.default_project_id, o.version, o.created_by,
	o.created_at, o.updated_at, NULL AS role, COALESCE(k.plan_key, d.plan_key) AS plan
FROM orgs o
LEFT JOIN installation i ON i.id = 1
LEFT JOIN plans d ON d.project_id = i.console_id AND d.is_default = TRUE
LEFT JOIN plan_assignments a ON a.project_id = i.console_id AND a.subject_id = o.id AND (a.ends_at IS NULL OR a.ends_at > :now)
LEFT JOIN plans k ON k.project_id = a.project_id AND k.id = a.plan_id
WHERE o.id = :org_id AND o.status <> 'deleted';

-- Written first by every transaction that counts something of the organization: whoever comes second waits, or fails at COMMIT.
-- name: org_guard :exec
UPDATE orgs SET guard = guard + 1 WHERE id = :org_id AND status <> 'deleted';

-- The one place that says which project is the default (rule 14).
-- name: org_set_default_project :exec
UPDATE orgs SET default_project_id = :project_id, version = version + 1, updated_at = :now
WHERE id = :org_id AND status <> 'deleted';

-- name: org_insert :exec
INSERT INTO orgs (id, name, slug, description, logo_url, discoverable, status, default_project_id, version, guard, created_by,
	created_at, updated_at)
VALUES (:org_id, :name, :slug, :description, :logo_url, :discoverable, 'active', NULL, 1, 0, :created_by, :now, :now);

-- name: org_revoke_keys :exec
UPDATE api_keys SET revoked_at = :now, updated_at = :now, version = version + 1
WHERE org_id = :org_id AND revoked_at IS NULL;

-- name: org_revoke_invitations :exec
UPDATE invitations SET revoked_at = :now, pending_email_key = NULL, closed_at = :now, updated_at = :now
WHERE org_id = :org_id AND closed_at IS NULL;

-- name: org_mark_deleted :exec
UPDATE orgs SET status = 'deleted', slug = id, default_project_id = NULL, deleted_at = :now, updated_at = :now, version = version + 1
WHERE id = :org_id AND status <> 'deleted';

-- name: org_list_of_person :many
-- row: org_row
-- unscoped: a person's organizations; every row is bound to the person
SELECT o.id, o.name, o.slug, o.description, o.logo_url, o.discoverable, o.status, o.default_project_id, o.version, o.created_by,
	o.created_at, o.updated_at, m.role, COALESCE(k.plan_key, d.plan_key) AS plan
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
LEFT JOIN installation i ON i.id = 1
LEFT JOIN plans d ON d.project_id = i.console_id AND d.is_default = TRUE
LEFT JOIN plan_assignments a ON a.project_id = i.console_id AND a.subject_id = o.id AND (a.ends_at IS NULL OR a.ends_at > :now)
LEFT JOIN plans k ON k.project_id = a.project_id AND k.id = a.plan_id
WHERE m.console_id = :console_id AND m.user_id = :user_id
	AND (:after_id IS NULL OR m.org_id > :after_id)
ORDER BY o.id
LIMIT :limit;

-- name: org_update :exec
UPDATE orgs
SET name = IF(:has_name, :name, name),
	slug = IF(:has_slug, :slug, slug),
	description = IF(:has_description, :description, description),
	logo_url = IF(:has_logo_url, :logo_url, logo_url),
	discoverable = IF(:has_discoverable, :discoverable, discoverable),
	version = version + 1,
	updated_at = :now
WHERE id = :org_id AND status <> 'deleted';

-- name: org_slug_taken :one
-- unscoped: slugs of organizations are unique in the installation
SELECT COUNT(*) AS taken FROM orgs o WHERE o.slug = :slug;

-- Projects: the first resource, whose queries the others follow.

-- One project as its readers see it: redirect_uris are the default client's, role is the reader's override; the secret has no column, only room.
-- name: project_get :one
-- row: project_row
-- column: client_secret text?
-- column: redirect_uris text?
SELECT p.id, p.org_id, p.client_id, p.name, p.slug, p.type, p.environment, p.description, p.logo_url, p.version,
	p.created_by, p.created_at, p.updated_at, COALESCE(o.default_project_id = p.id, FALSE) AS is_default, pm.role AS role, NULL AS client_secret,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = p.id AND u.client_id = p.client_id AND u.kind = 'redirect') AS redirect_uris
FROM projects p
JOIN orgs o ON o.id = p.org_id
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = p.org_id AND pm.user_id = :user_id
WHERE p.id = :project_id AND p.org_id = :org_id AND p.status = 'active';

-- The default first, then the newest; after_rank and after_id are the last row's.
-- name: project_list :many
-- row: project_row
-- column: client_secret text?
-- column: redirect_uris text?
SELECT p.id, p.org_id, p.client_id, p.name, p.slug, p.type, p.environment, p.description, p.logo_url, p.version,
	p.created_by, p.created_at, p.updated_at, COALESCE(o.default_project_id = p.id, FALSE) AS is_default, pm.role AS role, NULL AS client_secret,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = p.id AND u.client_id = p.client_id AND u.kind = 'redirect') AS redirect_uris
FROM projects p
JOIN orgs o ON o.id = p.org_id
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = p.org_id AND pm.user_id = :user_id
WHERE p.org_id = :org_id AND p.status = 'active'
	AND (:only_id IS NULL OR p.id = :only_id)
	AND (:hidden_id IS NULL OR p.id <> :hidden_id)
	AND (:environment IS NULL OR p.environment = :environment)
	AND (:is_default IS NULL OR COALESCE(o.default_project_id = p.id, FALSE) = :is_default)
	AND (:search IS NULL OR p.name LIKE :search ESCAPE '!' OR p.slug LIKE :slug_search ESCAPE '!' OR p.id = :search_id)
	AND (:after_id IS NULL OR COALESCE(o.default_project_id = p.id, FALSE) < :after_rank
		OR (COALESCE(o.default_project_id = p.id, FALSE) = :after_rank AND p.id < :after_id))
ORDER BY is_default DESC, p.id DESC
LIMIT :limit;

-- name: project_count :one
SELECT COUNT(*) AS total
FROM projects p
JOIN orgs o ON o.id = p.org_id
WHERE p.org_id = :org_id AND p.status = 'active'
	AND (:only_id IS NULL OR p.id = :only_id)
	AND (:hidden_id IS NULL OR p.id <> :hidden_id)
	AND (:environment IS NULL OR p.environment = :environment)
	AND (:is_default IS NULL OR COALESCE(o.default_project_id = p.id, FALSE) = :is_default)
	AND (:search IS NULL OR p.name LIKE :search ESCAPE '!' OR p.slug LIKE :slug_search ESCAPE '!' OR p.id = :search_id);

-- name: project_insert :exec
INSERT INTO projects (id, org_id, client_id, name, slug, type, environment, description, logo_url, status, version, created_by,
	created_at, updated_at)
VALUES (:id, :org_id, :client_id, :name, :slug, :type, :environment, :description, :logo_url, 'active', 1, :created_by,
	:now, :now);

-- Which of the derived slugs are taken; the unique key decides all the same.
-- name: project_slug_taken :one
SELECT COUNT(*) AS taken FROM projects p WHERE p.org_id = :org_id AND p.slug = :slug;

-- Matches nothing when the project is gone.
-- name: project_update :exec
UPDATE projects
SET name = IF(:has_name, :name, name),
	slug = IF(:has_slug, :slug, slug),
	description = IF(:has_description, :description, description),
	logo_url = IF(:has_logo_url, :logo_url, logo_url),
	type = IF(:has_type, :type, type),
	version = version + 1,
	updated_at = :now
WHERE id = :project_id AND org_id = :org_id AND status = 'active';

-- The ETag of what hangs on a project (redirect URIs, being the default) moves too.
-- name: project_touch :exec
UPDATE projects SET version = version + 1, updated_at = :now
WHERE id = :project_id AND org_id = :org_id AND status = 'active';

-- How many are left, after the guard: the last one stays.
-- name: project_count_active :one
SELECT COUNT(*) AS total FROM projects p WHERE p.org_id = :org_id AND p.status = 'active';

-- name: project_mark_deleted :exec
UPDATE projects SET status = 'deleted', slug = id, deleted_at = :now, updated_at = :now, version = version + 1
WHERE id = :project_id AND org_id = :org_id AND status = 'active';

-- name: project_revoke_keys :exec
UPDATE api_keys SET revoked_at = :now, updated_at = :now, version = version + 1
WHERE org_id = :org_id AND project_id = :project_id AND revoked_at IS NULL;

-- name: project_end_sessions :exec
UPDATE sessions SET revoked_at = :now WHERE project_id = :project_id AND revoked_at IS NULL;

-- name: project_stop_clients :exec
UPDATE clients SET is_active = FALSE, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND is_active = TRUE;

-- Where its events get their sequence from.
-- name: project_event_head_insert :exec
INSERT INTO event_heads (project_id, last_sequence) VALUES (:project_id, 0);

-- Deleting an organization deletes them all.
-- name: project_list_ids :many
SELECT p.id FROM projects p WHERE p.org_id = :org_id AND p.status = 'active' ORDER BY p.id LIMIT 100;

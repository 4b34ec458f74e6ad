-- The installation's one row: which project is the console, and whether somebody has set it up.

-- name: installation_get :one
SELECT i.console_id, i.operator_org_id, i.setup_digest, i.setup_expires_at, i.setup_done_at
FROM installation i
WHERE i.id = 1;

-- A second one breaks the primary key: of two programs that prepare at once, one rolls back.
-- name: installation_insert :exec
INSERT INTO installation (id, console_id, operator_org_id, setup_digest, setup_expires_at, setup_done_at)
VALUES (1, :console_id, :operator_org_id, NULL, NULL, NULL);

-- A new link; the one before dies. None when set-up is done.
-- name: installation_set_token :exec
UPDATE installation i
SET i.setup_digest = :setup_digest, i.setup_expires_at = :setup_expires_at
WHERE i.id = 1 AND i.setup_done_at IS NULL;

-- Of any number who hold the link, the one whose UPDATE hits sets up.
-- name: installation_finish :exec
UPDATE installation i
SET i.setup_digest = NULL, i.setup_expires_at = NULL, i.setup_done_at = :now
WHERE i.id = 1 AND i.setup_done_at IS NULL AND i.setup_digest = :setup_digest AND i.setup_expires_at > :now;

-- The same without a link, for whoever reaches the database itself.
-- name: installation_finish_locally :exec
UPDATE installation i
SET i.setup_digest = NULL, i.setup_expires_at = NULL, i.setup_done_at = :now
WHERE i.id = 1 AND i.setup_done_at IS NULL;

-- Named by whoever sets up.
-- name: installation_name_org :exec
UPDATE orgs
SET name = :name, slug = :slug, version = version + 1, updated_at = :now
WHERE id = :org_id AND status <> 'deleted';

-- For gatehousectl, which sees every organization.
-- name: installation_orgs :many
-- row: installation_org_row
-- unscoped: the operator's list of all organizations
SELECT o.id, o.slug, o.name, o.status, o.default_project_id, o.created_at,
	(SELECT COUNT(*) FROM members m WHERE m.org_id = o.id) AS member_count,
	(SELECT COUNT(*) FROM projects p WHERE p.org_id = o.id AND p.status = 'active') AS project_count
FROM orgs o
WHERE o.status <> 'deleted'
ORDER BY o.slug;

-- name: installation_org_by_slug :one
-- unscoped: the operator names an organization by its slug
SELECT o.id, o.name, o.default_project_id
FROM orgs o
WHERE o.slug = :slug AND o.status <> 'deleted';

-- name: installation_projects :many
-- row: installation_project_row
-- unscoped: the operator's list of all projects
SELECT p.id, p.client_id, o.slug AS org, p.slug, p.name, p.type, p.environment,
	COALESCE(o.default_project_id = p.id, FALSE) AS is_default, p.created_at
FROM projects p
JOIN orgs o ON o.id = p.org_id
WHERE p.status = 'active' AND (:org IS NULL OR o.slug = :org)
ORDER BY o.slug, p.slug;

-- name: installation_project :one
-- unscoped: the operator names a project by its id
SELECT p.id, p.org_id, p.client_id, p.name, p.environment, o.default_project_id
FROM projects p
JOIN orgs o ON o.id = p.org_id
WHERE p.id = :project_id AND p.status = 'active';

-- How many migrations this database has had.
-- name: installation_migrations :one
SELECT COUNT(*) AS applied FROM schema_migrations m;

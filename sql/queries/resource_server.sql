-- Resource servers and their scopes (oauth.md section 3).

-- name: resource_server_insert :exec
INSERT INTO resource_servers (project_id, id, identifier, name, token_claims, access_token_ttl_s, signing_alg, allow_third_party, is_active,
	version, created_at, updated_at)
VALUES (:project_id, :id, :identifier, :name, :token_claims, :access_token_ttl_s, :signing_alg, :allow_third_party, :is_active, 1, :now, :now);

-- name: resource_server_get :one
-- row: resource_server_row
SELECT r.id, r.identifier, r.name, r.token_claims, r.access_token_ttl_s, r.signing_alg, r.allow_third_party, r.is_active, r.version,
	r.created_at, r.updated_at
FROM resource_servers r
WHERE r.project_id = :project_id AND r.id = :id;

-- The newest first.
-- name: resource_server_list :many
-- row: resource_server_row
SELECT r.id, r.identifier, r.name, r.token_claims, r.access_token_ttl_s, r.signing_alg, r.allow_third_party, r.is_active, r.version,
	r.created_at, r.updated_at
FROM resource_servers r
WHERE r.project_id = :project_id AND (:after_id IS NULL OR r.id < :after_id)
ORDER BY r.id DESC
LIMIT :limit;

-- name: resource_server_count :one
SELECT COUNT(*) AS total FROM resource_servers r WHERE r.project_id = :project_id;

-- Written first: of two that change its scopes the second reads what the first wrote.
-- name: resource_server_guard :exec
UPDATE resource_servers SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id;

-- name: resource_server_update :exec
UPDATE resource_servers
SET name = :name, token_claims = :token_claims, access_token_ttl_s = :access_token_ttl_s, signing_alg = :signing_alg,
	allow_third_party = :allow_third_party, is_active = :is_active
WHERE project_id = :project_id AND id = :id;

-- name: resource_server_delete :exec
DELETE FROM resource_servers WHERE project_id = :project_id AND id = :id;

-- The scopes of a page of resource servers, which lie between the page's ids.
-- name: resource_server_scope_list :many
-- row: resource_server_scope_row
SELECT s.resource_server_id, s.name, s.description, s.plans
FROM resource_server_scopes s
WHERE s.project_id = :project_id AND s.resource_server_id >= :first_id AND s.resource_server_id <= :last_id
ORDER BY s.resource_server_id DESC, s.name
LIMIT 10100;

-- name: resource_server_scope_insert :exec
INSERT INTO resource_server_scopes (project_id, resource_server_id, name, description, plans)
VALUES (:project_id, :resource_server_id, :name, :description, :plans);

-- name: resource_server_scope_delete_all :exec
DELETE FROM resource_server_scopes WHERE project_id = :project_id AND resource_server_id = :resource_server_id;

-- What a new one starts with, where it says nothing else.
-- name: resource_server_project_type :one
SELECT p.type, i.console_id = p.id AS is_console
FROM projects p
JOIN installation i ON i.id = 1
WHERE p.id = :project_id AND p.status = 'active';

-- Scopes that clients which nobody of the project's own has registered may ask for.
-- name: resource_server_open_scopes :many
SELECT s.name
FROM resource_servers r
JOIN resource_server_scopes s ON s.project_id = r.project_id AND s.resource_server_id = r.id
WHERE r.project_id = :project_id AND r.allow_third_party = TRUE AND r.is_active = TRUE
ORDER BY r.id, s.name
LIMIT 1000;

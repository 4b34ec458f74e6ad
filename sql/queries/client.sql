-- Clients: of a project's, so far the default one (oauth.md section 3).

-- name: client_insert :exec
INSERT INTO clients (project_id, id, name, type, source, is_first_party, token_endpoint_auth_method, grant_types, scopes, audiences,
	require_pkce, require_par, is_dpop_bound, direct_flow, access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s,
	refresh_reuse_grace_s, id_token_alg, token_claims, id_jag_targets, is_active, version, created_at, updated_at)
VALUES (:project_id, :id, :name, 'web', 'dashboard', TRUE, 'client_secret_basic', :grant_types, '', :audiences,
	TRUE, FALSE, FALSE, FALSE, 3600, 2592000, 31536000,
	0, 'RS256', 'email plan role features custom_claims workspace', '[]', TRUE, 1, :now, :now);

-- The guard of whatever counts a client's redirect URIs or secrets: written first.
-- name: client_guard :exec
UPDATE clients SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :client_id AND is_active = TRUE;

-- A type change of the project changes what its default client may be granted.
-- name: client_set_grants :exec
UPDATE clients SET grant_types = :grant_types, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :client_id;

-- name: client_uri_insert :exec
INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri)
VALUES (:project_id, :client_id, 'redirect', :uri_digest, :uri);

-- name: client_uri_delete :exec
DELETE FROM client_uris
WHERE project_id = :project_id AND client_id = :client_id AND kind = 'redirect' AND uri_digest = :uri_digest;

-- name: client_uri_delete_all :exec
DELETE FROM client_uris WHERE project_id = :project_id AND client_id = :client_id AND kind = 'redirect';

-- name: client_uri_count :one
SELECT COUNT(*) AS total FROM client_uris u
WHERE u.project_id = :project_id AND u.client_id = :client_id AND u.kind = 'redirect';

-- Slot 1 is what the last rotation left its grace; the one before it dies.
-- name: client_secret_end_grace :exec
DELETE FROM client_secrets WHERE project_id = :project_id AND client_id = :client_id AND slot = 1;

-- name: client_secret_retire :exec
UPDATE client_secrets SET slot = 1, expires_at = :expires_at
WHERE project_id = :project_id AND client_id = :client_id AND slot = 0;

-- Slot 0 is the newest, which takes the place of one without grace.
-- name: client_secret_set :exec
INSERT INTO client_secrets (project_id, client_id, slot, id, digest, prefix, last4, created_at, expires_at, last_used_at)
VALUES (:project_id, :client_id, 0, :id, :digest, :prefix, :last4, :now, NULL, NULL)
ON DUPLICATE KEY UPDATE id = VALUES(id), digest = VALUES(digest), prefix = VALUES(prefix), last4 = VALUES(last4),
	created_at = VALUES(created_at), expires_at = NULL, last_used_at = NULL;

-- Those that work, the newest first.
-- name: client_secret_list :many
-- row: client_secret_row
SELECT s.id, s.prefix, s.last4, s.created_at, s.expires_at, s.last_used_at
FROM client_secrets s
WHERE s.project_id = :project_id AND s.client_id = :client_id AND (s.expires_at IS NULL OR s.expires_at > :now)
ORDER BY s.slot
LIMIT 2;

-- name: client_get :one
-- row: client_row
-- column: redirect_uris text?
-- column: client_secret text?
SELECT c.id, c.name, c.type, c.source, c.token_endpoint_auth_method, c.grant_types, c.is_active, c.version, c.created_at,
	c.updated_at, c.last_used_at, c.token_endpoint_auth_method = 'none' AS is_public,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = c.project_id AND u.client_id = c.id AND u.kind = 'redirect') AS redirect_uris,
	NULL AS client_secret
FROM clients c
WHERE c.project_id = :project_id AND c.id = :client_id AND c.is_active = TRUE;

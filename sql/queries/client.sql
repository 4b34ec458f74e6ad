-- A project's clients: its default one, and those that people register (oauth.md section 3).

-- A project's default client.
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
VALUES (:project_id, :client_id, :kind, :uri_digest, :uri);

-- name: client_uri_delete :exec
DELETE FROM client_uris
WHERE project_id = :project_id AND client_id = :client_id AND kind = 'redirect' AND uri_digest = :uri_digest;

-- name: client_uri_delete_all :exec
DELETE FROM client_uris WHERE project_id = :project_id AND client_id = :client_id AND kind = :kind;

-- name: client_uri_count :one
SELECT COUNT(*) AS total FROM client_uris u
WHERE u.project_id = :project_id AND u.client_id = :client_id AND u.kind = 'redirect';

-- Slot 1 is what the last rotation left its grace; the one before it dies.
-- name: client_secret_end_grace :exec
DELETE FROM client_secrets WHERE project_id = :project_id AND client_id = :client_id AND slot = 1;

-- name: client_secret_retire :exec
UPDATE client_secrets SET slot = 1, expires_at = :expires_at
WHERE project_id = :project_id AND client_id = :client_id AND slot = 0;

-- Slot 0 is the newest, which takes the place of one without grace. expires_at: of one that came by registration, else NULL.
-- name: client_secret_set :exec
INSERT INTO client_secrets (project_id, client_id, slot, id, digest, prefix, last4, created_at, expires_at, last_used_at)
VALUES (:project_id, :client_id, 0, :id, :digest, :prefix, :last4, :now, :expires_at, NULL)
ON DUPLICATE KEY UPDATE id = VALUES(id), digest = VALUES(digest), prefix = VALUES(prefix), last4 = VALUES(last4),
	created_at = VALUES(created_at), expires_at = VALUES(expires_at), last_used_at = NULL;

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
-- column: post_logout_redirect_uris text?
-- column: origins text?
SELECT c.id, c.name, c.type, c.source, c.is_first_party AS first_party, c.token_endpoint_auth_method, c.grant_types, c.scopes, c.audiences,
	c.auth_methods, c.jwks, c.jwks_uri, c.require_pkce, c.require_par, c.is_dpop_bound AS dpop_bound, c.direct_flow, c.access_token_ttl_s,
	c.refresh_token_idle_s, c.refresh_token_max_s, c.refresh_reuse_grace_s, c.id_token_alg, c.token_claims, c.id_jag_targets,
	c.backchannel_logout_uri, c.logo_uri, c.logo_digest, c.client_uri, c.tos_uri, c.policy_uri, c.is_active, c.version, c.created_at, c.updated_at,
	c.last_used_at, c.token_endpoint_auth_method = 'none' AS is_public,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = c.project_id AND u.client_id = c.id AND u.kind = 'redirect') AS redirect_uris,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = c.project_id AND u.client_id = c.id AND u.kind = 'logout') AS post_logout_redirect_uris,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = c.project_id AND u.client_id = c.id AND u.kind = 'origin') AS origins
FROM clients c
WHERE c.project_id = :project_id AND c.id = :client_id AND c.is_active = TRUE;

-- The default client first: its id begins with a later letter. Then the newest.
-- name: client_list :many
-- row: client_row
-- column: redirect_uris text?
-- column: post_logout_redirect_uris text?
-- column: origins text?
SELECT c.id, c.name, c.type, c.source, c.is_first_party AS first_party, c.token_endpoint_auth_method, c.grant_types, c.scopes, c.audiences,
	c.auth_methods, c.jwks, c.jwks_uri, c.require_pkce, c.require_par, c.is_dpop_bound AS dpop_bound, c.direct_flow, c.access_token_ttl_s,
	c.refresh_token_idle_s, c.refresh_token_max_s, c.refresh_reuse_grace_s, c.id_token_alg, c.token_claims, c.id_jag_targets,
	c.backchannel_logout_uri, c.logo_uri, c.logo_digest, c.client_uri, c.tos_uri, c.policy_uri, c.is_active, c.version, c.created_at, c.updated_at,
	c.last_used_at, c.token_endpoint_auth_method = 'none' AS is_public,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = c.project_id AND u.client_id = c.id AND u.kind = 'redirect') AS redirect_uris,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = c.project_id AND u.client_id = c.id AND u.kind = 'logout') AS post_logout_redirect_uris,
	(SELECT GROUP_CONCAT(u.uri ORDER BY u.uri SEPARATOR ' ') FROM client_uris u
	 WHERE u.project_id = c.project_id AND u.client_id = c.id AND u.kind = 'origin') AS origins
FROM clients c
WHERE c.project_id = :project_id AND c.is_active = TRUE
	AND (:type IS NULL OR c.type = :type)
	AND (:source IS NULL OR c.source = :source)
	AND (:search IS NULL OR c.name LIKE :search ESCAPE '!' OR c.id = :search_id)
	AND (:after_id IS NULL OR c.id < :after_id)
ORDER BY c.id DESC
LIMIT :limit;

-- name: client_count :one
SELECT COUNT(*) AS total FROM clients c
WHERE c.project_id = :project_id AND c.is_active = TRUE
	AND (:type IS NULL OR c.type = :type)
	AND (:source IS NULL OR c.source = :source)
	AND (:search IS NULL OR c.name LIKE :search ESCAPE '!' OR c.id = :search_id);

-- name: client_add :exec
INSERT INTO clients (project_id, id, name, type, source, is_first_party, token_endpoint_auth_method, grant_types, scopes, audiences,
	auth_methods, jwks, jwks_uri, require_pkce, require_par, is_dpop_bound, direct_flow, access_token_ttl_s, refresh_token_idle_s,
	refresh_token_max_s, refresh_reuse_grace_s, id_token_alg, token_claims, id_jag_targets, backchannel_logout_uri, logo_uri, client_uri,
	tos_uri, policy_uri, is_active, version, created_at, updated_at)
VALUES (:project_id, :id, :name, :type, :source, :first_party, :token_endpoint_auth_method, :grant_types, :scopes, :audiences,
	:auth_methods, :jwks, :jwks_uri, :require_pkce, :require_par, :dpop_bound, :direct_flow, :access_token_ttl_s, :refresh_token_idle_s,
	:refresh_token_max_s, :refresh_reuse_grace_s, :id_token_alg, :token_claims, :id_jag_targets, :backchannel_logout_uri, :logo_uri,
	:client_uri, :tos_uri, :policy_uri, TRUE, 1, :now, :now);

-- name: client_update :exec
UPDATE clients
SET name = :name, is_first_party = :first_party, token_endpoint_auth_method = :token_endpoint_auth_method, grant_types = :grant_types,
	scopes = :scopes, audiences = :audiences, auth_methods = :auth_methods, jwks = :jwks, jwks_uri = :jwks_uri,
	require_pkce = :require_pkce, require_par = :require_par, is_dpop_bound = :dpop_bound, direct_flow = :direct_flow,
	access_token_ttl_s = :access_token_ttl_s, refresh_token_idle_s = :refresh_token_idle_s, refresh_token_max_s = :refresh_token_max_s,
	refresh_reuse_grace_s = :refresh_reuse_grace_s, id_token_alg = :id_token_alg, token_claims = :token_claims,
	id_jag_targets = :id_jag_targets, backchannel_logout_uri = :backchannel_logout_uri,
	logo_digest = IF(logo_uri <=> :logo_uri, logo_digest, NULL), logo_uri = :logo_uri, client_uri = :client_uri,
	tos_uri = :tos_uri, policy_uri = :policy_uri, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND is_active = TRUE;

-- Its secrets and URIs go with it.
-- name: client_delete :exec
DELETE FROM clients WHERE project_id = :project_id AND id = :client_id;

-- A client that proves itself another way has none.
-- name: client_secret_delete_all :exec
DELETE FROM client_secrets WHERE project_id = :project_id AND client_id = :client_id;

-- What it got for itself is void from now on; what people gave it ends with the grants.
-- name: client_revoke_tokens :exec
UPDATE clients SET tokens_revoked_at = :now
WHERE project_id = :project_id AND id = :client_id AND is_active = TRUE;

-- The logo of the address that it still has.
-- name: client_logo_set :exec
UPDATE clients SET logo_digest = :logo_digest WHERE project_id = :project_id AND id = :client_id AND logo_uri = :logo_uri;

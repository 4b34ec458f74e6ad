-- What the OAuth endpoints look at: one statement finds the client with all that judging and signing takes.

-- org_plan: the key of its organization's plan, which is one of the console; machine scopes and tokens depend on it.
-- name: oauth_client :one
-- row: oauth_client_row
-- column: org_plan text?
-- unscoped: a public client id is what finds the project
SELECT c.project_id, c.id AS client_id, c.token_endpoint_auth_method = 'none' AS is_public,
	c.token_endpoint_auth_method = 'private_key_jwt' AS is_by_key, c.jwks, c.jwks_uri, c.metadata_url, c.grant_types, c.scopes, c.audiences,
	c.access_token_ttl_s, c.is_first_party, c.source <> 'dashboard' AS is_registered, COALESCE(t.signing_alg, 'ES256') AS signing_alg,
	COALESCE(t.min_token_version, 0) AS min_token_version, COALESCE(t.dpop_require_nonce, FALSE) AS dpop_require_nonce, c.id_jag_targets,
	c.require_pkce, c.is_dpop_bound, c.token_claims, c.refresh_token_idle_s,
	c.refresh_reuse_grace_s, c.id_token_alg, c.last_used_at, p.org_id, p.type AS project_type, p.client_id AS issuer_client_id, p.environment, p.meters_full_until,
	s.id AS secret_id, s.digest AS secret_digest, o.id AS old_secret_id, o.digest AS old_secret_digest,
	k.id AS key_id, k.private_sealed, i.id AS id_key_id, i.private_sealed AS id_private_sealed,
	COALESCE(h.plan_key, d.plan_key) AS org_plan
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
LEFT JOIN installation n ON n.id = 1
LEFT JOIN plans d ON d.project_id = n.console_id AND d.is_default = TRUE
LEFT JOIN plan_assignments a ON a.project_id = n.console_id AND a.subject_id = p.org_id AND (a.ends_at IS NULL OR a.ends_at > :now)
LEFT JOIN plans h ON h.project_id = a.project_id AND h.id = a.plan_id
LEFT JOIN client_secrets s ON s.project_id = c.project_id AND s.client_id = c.id AND s.slot = 0
	AND (s.expires_at IS NULL OR s.expires_at > :now)
LEFT JOIN client_secrets o ON o.project_id = c.project_id AND o.client_id = c.id AND o.slot = 1 AND o.expires_at > :now
LEFT JOIN oauth_settings t ON t.project_id = c.project_id
LEFT JOIN signing_keys k ON k.project_id = c.project_id AND k.active_alg = COALESCE(t.signing_alg, 'ES256')
LEFT JOIN signing_keys i ON i.project_id = c.project_id AND i.active_alg = c.id_token_alg
WHERE c.id = :client_id AND c.is_active = TRUE;

-- name: oauth_client_used :exec
UPDATE clients SET last_used_at = :now
WHERE project_id = :project_id AND id = :client_id AND (last_used_at IS NULL OR last_used_at <= :before);

-- Whose issuer it is, and what every answer there depends on.
-- name: oauth_issuer :one
-- unscoped: a public client id is what finds the project
SELECT p.id AS project_id, p.org_id, p.type, p.version, COALESCE(t.require_par, FALSE) AS require_par, COALESCE(t.dpop_require_nonce, FALSE) AS dpop_require_nonce
FROM projects p
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
JOIN clients c ON c.project_id = p.id AND c.id = p.client_id AND c.is_active = TRUE
LEFT JOIN oauth_settings t ON t.project_id = p.id
WHERE p.client_id = :client_id AND p.status = 'active';

-- A service key that works on the project: pinned to it, or of its organization and environment. None works on the console.
-- name: oauth_asking_key :one
-- row: oauth_key_row
-- unscoped: the digest of a secret is what finds the tenant
SELECT a.id, a.scopes, p.id AS project_id, p.environment
FROM api_keys a
JOIN orgs g ON g.id = a.org_id AND g.status = 'active'
JOIN projects p ON p.org_id = a.org_id AND p.client_id = :client_id AND p.status = 'active' AND p.environment = a.environment
JOIN installation i ON i.id = 1 AND i.console_id <> p.id
WHERE a.secret_digest = :digest AND a.kind = 'service' AND a.revoked_at IS NULL AND (a.expires_at IS NULL OR a.expires_at > :now)
  AND (a.project_id IS NULL OR a.project_id = p.id);

-- Is this an issuer whose organization is suspended?
-- name: oauth_suspended :one
-- unscoped: a public client id is what finds the project
SELECT p.id
FROM projects p
JOIN orgs g ON g.id = p.org_id AND g.status = 'suspended'
WHERE p.client_id = :client_id AND p.status = 'active';

-- The key that a token names, whether the token is revoked, and whether its client, grant, person and sign-in still are what they were.
-- A client's own token has no grant.
-- name: oauth_token_state :one
-- column: revoked_jti text?
-- column: client_id text?
-- column: grant_id text?
-- column: user_id text?
-- column: session_id text?
-- column: settings_body text?
-- column: token_claims text?
SELECT k.public_jwk, r.jti AS revoked_jti, c.id AS client_id, c.tokens_revoked_at, COALESCE(t.min_token_version, 0) AS min_token_version,
	g.id AS grant_id, g.is_offline, g.revoked_at AS grant_revoked_at, g.expires_at AS grant_expires_at,
	u.id AS user_id, u.token_version, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.username, u.name, u.locale,
	u.updated_at AS user_updated_at, s.id AS session_id, s.created_at AS session_made_at, s.last_seen_at AS session_seen_at,
	g.last_used_at AS grant_used_at, st.body AS settings_body, p.client_id AS issuer_client_id, p.org_id, p.environment,
	d.audiences AS issuer_audiences, s.impersonator_id, COALESCE(t.dpop_require_nonce, FALSE) AS dpop_require_nonce,
	COALESCE(c.is_first_party, FALSE) AS is_first_party, c.token_claims
FROM signing_keys k
JOIN projects p ON p.id = k.project_id AND p.status = 'active'
JOIN orgs o ON o.id = p.org_id AND o.status = 'active'
JOIN clients d ON d.project_id = k.project_id AND d.id = p.client_id
LEFT JOIN oauth_settings t ON t.project_id = k.project_id
LEFT JOIN revoked_tokens r ON r.project_id = k.project_id AND r.jti = :jti
LEFT JOIN clients c ON c.project_id = k.project_id AND c.id = :client_id AND c.is_active = TRUE
LEFT JOIN grants g ON g.project_id = k.project_id AND g.id = :grant_id
LEFT JOIN users u ON u.project_id = k.project_id AND u.id = g.user_id AND u.status = 'active'
LEFT JOIN sessions s ON s.project_id = k.project_id AND s.id = g.session_id AND s.revoked_at IS NULL AND s.expires_at > :now
LEFT JOIN area_settings st ON st.project_id = k.project_id AND st.area = 'sign_in'
WHERE k.project_id = :project_id AND k.id = :kid AND (k.expires_at IS NULL OR k.expires_at > :now);

-- A resource server that takes tokens, with its scopes ("read,write pro team": behind a name its plans) and the key that signs for it. Of two
-- that differ in a bare origin's final slash, the one that is named.
-- name: oauth_resource :one
-- row: oauth_resource_row
-- column: scopes text?
SELECT r.id, r.identifier, r.token_claims, r.access_token_ttl_s, r.signing_alg, r.allow_third_party, k.id AS key_id, k.private_sealed,
	(SELECT GROUP_CONCAT(CONCAT(s.name, ' ', s.plans) ORDER BY s.name SEPARATOR ',') FROM resource_server_scopes s
	 WHERE s.project_id = r.project_id AND s.resource_server_id = r.id) AS scopes
FROM resource_servers r
LEFT JOIN signing_keys k ON k.project_id = r.project_id AND k.active_alg = r.signing_alg
WHERE r.project_id = :project_id AND (r.identifier = :identifier OR r.identifier = :other_spelling) AND r.is_active = TRUE
ORDER BY r.identifier = :identifier DESC
LIMIT 1;

-- What a resource server says of itself (RFC 9728).
-- name: oauth_protected_resource :one
-- column: scopes text?
-- unscoped: a public client id is what finds the project
SELECT p.id AS project_id, r.identifier, r.name,
	(SELECT GROUP_CONCAT(s.name ORDER BY s.name SEPARATOR ' ') FROM resource_server_scopes s
	 WHERE s.project_id = r.project_id AND s.resource_server_id = r.id) AS scopes
FROM projects p
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
JOIN resource_servers r ON r.project_id = p.id AND r.is_active = TRUE
WHERE p.client_id = :client_id AND p.status = 'active' AND (r.identifier = :identifier OR r.identifier = :other_spelling)
ORDER BY r.identifier = :identifier DESC
LIMIT 1;

-- How a resource server's scopes are described to people.
-- name: oauth_resource_words :many
SELECT s.name, s.description
FROM resource_servers r
JOIN resource_server_scopes s ON s.project_id = r.project_id AND s.resource_server_id = r.id
WHERE r.project_id = :project_id AND r.identifier = :identifier
ORDER BY s.name
LIMIT 100;

-- The key that an ID token names, and whether its person and sign-in still are.
-- name: oauth_id_token_state :one
-- column: user_id text?
-- column: session_id text?
SELECT k.public_jwk, u.id AS user_id, s.id AS session_id
FROM signing_keys k
LEFT JOIN users u ON u.project_id = k.project_id AND u.id = :user_id AND u.status = 'active'
LEFT JOIN sessions s ON s.project_id = k.project_id AND s.id = :session_id AND s.user_id = u.id AND s.revoked_at IS NULL AND s.expires_at > :now
WHERE k.project_id = :project_id AND k.id = :kid AND (k.expires_at IS NULL OR k.expires_at > :now);

-- name: revoked_token_add :exec
INSERT INTO revoked_tokens (project_id, jti, expires_at)
VALUES (:project_id, :jti, :expires_at)
ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at);

-- ---- people (oauth.md rules 1 to 14) ----

-- The app that sends somebody here, with what its project says about sessions.
-- name: oauth_app :one
-- row: oauth_app_row
-- unscoped: a public client id is what finds the project
SELECT c.project_id, c.id AS client_id, c.name, c.source, c.is_first_party, c.source <> 'dashboard' AS is_registered, c.token_endpoint_auth_method = 'none' AS is_public,
	c.grant_types, c.scopes, c.audiences, c.auth_methods, c.require_pkce, (c.require_par OR COALESCE(t.require_par, FALSE)) AS require_par, c.direct_flow, c.logo_uri, c.logo_digest, c.client_uri, c.metadata_url, c.refresh_token_max_s,
	p.org_id, p.client_id AS issuer_client_id, p.type AS project_type, a.body AS settings_body
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
LEFT JOIN oauth_settings t ON t.project_id = c.project_id
LEFT JOIN area_settings a ON a.project_id = c.project_id AND a.area = 'sign_in'
WHERE c.id = :client_id AND c.is_active = TRUE;

-- kind: redirect, logout, origin.
-- name: oauth_app_uris :many
SELECT u.uri
FROM client_uris u
WHERE u.project_id = :project_id AND u.client_id = :client_id AND u.kind = :kind
ORDER BY u.uri_digest
LIMIT 50;

-- Where pages of the app may stand: its origins and redirect URIs.
-- name: oauth_app_places :many
SELECT u.kind, u.uri
FROM client_uris u
WHERE u.project_id = :project_id AND u.client_id = :client_id AND u.kind IN ('origin', 'redirect')
ORDER BY u.kind, u.uri_digest
LIMIT 100;

-- The active account of the browser.
-- name: oauth_session :one
-- row: oauth_session_row
SELECT s.id, s.user_id, s.authenticated_at, s.created_at, s.last_seen_at, s.auth_strength, s.amr, s.impersonator_id, u.email, u.phone, u.username
FROM sessions s
JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id AND u.status = 'active'
WHERE s.project_id = :project_id AND s.token_digest = :token_digest AND s.parent_id IS NULL AND s.revoked_at IS NULL AND s.expires_at > :now;

-- Somebody as a token would tell of them, with the newest of their sign-ins that last.
-- name: oauth_previewed_user :one
-- column: session_id text?
-- column: strength text?
-- column: session_class text?
-- column: amr text?
-- column: level int?
-- column: authenticated_at time?
SELECT u.id AS user_id, u.email, u.email_verified_at, u.name, u.token_version, s.id AS session_id, s.auth_strength AS strength, s.session_class,
	s.amr, s.level, s.authenticated_at
FROM users u
LEFT JOIN sessions s ON s.project_id = u.project_id AND s.user_id = u.id AND s.parent_id IS NULL AND s.revoked_at IS NULL AND s.expires_at > :now
WHERE u.project_id = :project_id AND u.id = :user_id AND u.status = 'active'
ORDER BY s.id DESC
LIMIT 1;

-- ---- signing out (rule 33) ----

-- The public half of a key that signs or signed for the project, as long as it is published.
-- name: oauth_key :one
SELECT k.public_jwk
FROM signing_keys k
WHERE k.project_id = :project_id AND k.id = :kid AND (k.expires_at IS NULL OR k.expires_at > :now);

-- Is it registered for the client?
-- name: oauth_logout_uri :one
SELECT u.uri
FROM client_uris u
WHERE u.project_id = :project_id AND u.client_id = :client_id AND u.kind = 'logout' AND u.uri_digest = :uri_digest;

-- Where a client is told that a sign-in has ended, and the key that signs what it is told.
-- name: oauth_logout_client :one
-- row: oauth_logout_client_row
SELECT c.id, c.name, c.metadata_url, c.backchannel_logout_uri, c.id_token_alg, k.id AS key_id, k.private_sealed
FROM clients c
LEFT JOIN signing_keys k ON k.project_id = c.project_id AND k.active_alg = c.id_token_alg
WHERE c.project_id = :project_id AND c.id = :client_id AND c.is_active = TRUE AND c.backchannel_logout_uri IS NOT NULL;

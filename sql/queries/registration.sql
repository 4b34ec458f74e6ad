-- Clients that registered themselves (oauth.md rules 35 to 38): by the registration endpoint (dcr), or by a document at their address (cimd).

-- name: registration_insert :exec
INSERT INTO clients (project_id, id, name, type, source, is_first_party, token_endpoint_auth_method, grant_types, scopes, audiences,
	jwks, jwks_uri, require_pkce, require_par, is_dpop_bound, direct_flow, access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s,
	refresh_reuse_grace_s, id_token_alg, token_claims, id_jag_targets, backchannel_logout_uri, logo_uri, client_uri, tos_uri, policy_uri,
	registration_digest, metadata_url, url_digest, is_active, version, created_at, updated_at)
VALUES (:project_id, :id, :name, :type, :source, FALSE, :token_endpoint_auth_method, :grant_types, :scopes, '',
	:jwks, :jwks_uri, TRUE, :require_par, :dpop_bound, FALSE, 3600, 2592000, 31536000,
	0, :id_token_alg, 'email', '[]', :backchannel_logout_uri, :logo_uri, :client_uri, :tos_uri, :policy_uri,
	:registration_digest, :metadata_url, :url_digest, TRUE, 1, :now, :now);

-- What isn't named any more is gone.
-- name: registration_update :exec
UPDATE clients
SET name = :name, type = :type, token_endpoint_auth_method = :token_endpoint_auth_method, grant_types = :grant_types, scopes = :scopes,
	jwks = :jwks, jwks_uri = :jwks_uri, require_par = :require_par, is_dpop_bound = :dpop_bound, id_token_alg = :id_token_alg,
	backchannel_logout_uri = :backchannel_logout_uri, logo_digest = IF(logo_uri <=> :logo_uri, logo_digest, NULL), logo_uri = :logo_uri, client_uri = :client_uri, tos_uri = :tos_uri,
	policy_uri = :policy_uri, registration_digest = :registration_digest, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND source = :source;

-- name: registration_count :one
SELECT COUNT(*) AS total FROM clients c WHERE c.project_id = :project_id AND c.source = 'dcr';

-- Whose registration it is, to be compared with what was shown.
-- name: registration_owner :one
-- row: registration_owner_row
-- unscoped: a public client id is what finds the project
SELECT c.project_id, c.id, c.registration_digest, p.org_id, s.digest AS secret_digest
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.client_id = :issuer_client_id AND p.status = 'active'
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
LEFT JOIN client_secrets s ON s.project_id = c.project_id AND s.client_id = c.id AND s.slot = 0
WHERE c.id = :client_id AND c.source = 'dcr' AND c.is_active = TRUE;

-- Written first by who changes or deletes one: of two at once the second finds the token rotated.
-- name: registration_claim :exec
UPDATE clients SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :client_id AND source = 'dcr' AND registration_digest = :registration_digest;

-- Those that nobody uses, whichever way they came: never a token since made_before, or none any more since used_before.
-- name: registration_unused :many
-- unscoped: the workers serve every project
SELECT c.project_id, c.id, c.name, p.org_id
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
WHERE c.source <> 'dashboard' AND c.created_at <= :made_before AND (c.last_used_at IS NULL OR c.last_used_at <= :used_before)
ORDER BY c.project_id, c.id
LIMIT :limit;

-- Unless it was used meanwhile.
-- name: registration_expire :exec
DELETE FROM clients
WHERE project_id = :project_id AND id = :client_id AND source <> 'dashboard' AND created_at <= :made_before
	AND (last_used_at IS NULL OR last_used_at <= :used_before);

-- How a project's OAuth server behaves (oauth.md section 3), and what lets clients register themselves.

-- A project without a row has the defaults: NULL in all that is the row's.
-- name: oauth_settings_get :one
SELECT p.client_id, p.type AS project_type, s.signing_alg, s.access_token_ttl_s, s.dcr, s.cimd, s.cimd_trusted_domains, s.require_par,
	s.dpop_require_nonce, s.min_token_version, s.version
FROM projects p
LEFT JOIN oauth_settings s ON s.project_id = p.id
WHERE p.id = :project_id AND p.status = 'active';

-- The guard: makes the row or takes its lock.
-- name: oauth_settings_guard :exec
INSERT INTO oauth_settings (project_id, signing_alg, access_token_ttl_s, dcr, cimd, cimd_trusted_domains, require_par, dpop_require_nonce,
	min_token_version, guard, version, updated_at)
VALUES (:project_id, 'ES256', 3600, NULL, NULL, '', FALSE, FALSE, 0, 1, 0, :now)
ON DUPLICATE KEY UPDATE guard = guard + 1;

-- Behind the guard.
-- name: oauth_settings_update :exec
UPDATE oauth_settings
SET signing_alg = :signing_alg, access_token_ttl_s = :access_token_ttl_s, dcr = :dcr, cimd = :cimd,
	cimd_trusted_domains = :cimd_trusted_domains, require_par = :require_par, dpop_require_nonce = :dpop_require_nonce,
	min_token_version = :min_token_version, version = version + 1, updated_at = :now
WHERE project_id = :project_id;

-- As on the first day, but for what only rises.
-- name: oauth_settings_reset :exec
UPDATE oauth_settings
SET signing_alg = 'ES256', access_token_ttl_s = 3600, dcr = NULL, cimd = NULL, cimd_trusted_domains = '', require_par = FALSE,
	dpop_require_nonce = FALSE, version = version + 1, updated_at = :now
WHERE project_id = :project_id;

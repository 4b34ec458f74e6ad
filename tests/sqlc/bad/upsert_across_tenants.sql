-- expect: could change another tenant's row: uq_id (id) isn't unique within a tenant
-- The digest is unique in the installation: the row that is there may be another's.

-- name: upsert_across_tenants :exec
INSERT INTO clients (project_id, id, name, type, source, is_first_party, token_endpoint_auth_method, grant_types, scopes, audiences,
	require_pkce, require_par, is_dpop_bound, direct_flow, access_token_ttl_s, refresh_token_idle_s, refresh_token_max_s,
	refresh_reuse_grace_s, id_token_alg, token_claims, id_jag_targets, is_active, version, created_at, updated_at)
SELECT c.project_id, :id, c.name, c.type, c.source, c.is_first_party, c.token_endpoint_auth_method, c.grant_types, c.scopes, c.audiences,
	c.require_pkce, c.require_par, c.is_dpop_bound, c.direct_flow, c.access_token_ttl_s, c.refresh_token_idle_s,
	c.refresh_token_max_s, c.refresh_reuse_grace_s, c.id_token_alg, c.token_claims, c.id_jag_targets, c.is_active, c.version, :now, :now
FROM clients c WHERE c.project_id = :project_id
ON DUPLICATE KEY UPDATE name = VALUES(name);

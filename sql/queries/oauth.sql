-- What the OAuth endpoints look at: one statement finds the client with all that judging and signing takes.

-- name: oauth_client :one
-- row: oauth_client_row
-- unscoped: a public client id is what finds the project
SELECT c.project_id, c.id AS client_id, c.token_endpoint_auth_method = 'none' AS is_public, c.grant_types, c.audiences, c.access_token_ttl_s,
	c.last_used_at, p.org_id, p.client_id AS issuer_client_id, p.environment,
	s.digest AS secret_digest, o.digest AS old_secret_digest,
	k.id AS key_id, k.private_sealed
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
LEFT JOIN client_secrets s ON s.project_id = c.project_id AND s.client_id = c.id AND s.slot = 0
	AND (s.expires_at IS NULL OR s.expires_at > :now)
LEFT JOIN client_secrets o ON o.project_id = c.project_id AND o.client_id = c.id AND o.slot = 1 AND o.expires_at > :now
LEFT JOIN signing_keys k ON k.project_id = c.project_id AND k.active_alg = :alg
WHERE c.id = :client_id AND c.is_active = TRUE;

-- name: oauth_client_used :exec
UPDATE clients SET last_used_at = :now
WHERE project_id = :project_id AND id = :client_id AND (last_used_at IS NULL OR last_used_at <= :before);

-- What the project is called where it issues tokens. The console has no tokens yet.
-- name: oauth_issuer :one
-- unscoped: a public client id is what finds the project
SELECT p.id AS project_id, p.type, p.version, c.grant_types
FROM projects p
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
JOIN clients c ON c.project_id = p.id AND c.id = p.client_id AND c.is_active = TRUE
WHERE p.client_id = :client_id AND p.status = 'active';

-- The key that a token names, whether the token is revoked, and whether its client still is one.
-- name: oauth_token_state :one
-- column: revoked_jti text?
-- column: client_id text?
SELECT k.public_jwk, r.jti AS revoked_jti, c.id AS client_id
FROM signing_keys k
LEFT JOIN revoked_tokens r ON r.project_id = k.project_id AND r.jti = :jti
LEFT JOIN clients c ON c.project_id = k.project_id AND c.id = :client_id AND c.is_active = TRUE
WHERE k.project_id = :project_id AND k.id = :kid AND (k.expires_at IS NULL OR k.expires_at > :now);

-- name: revoked_token_add :exec
INSERT INTO revoked_tokens (project_id, jti, expires_at)
VALUES (:project_id, :jti, :expires_at)
ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at);

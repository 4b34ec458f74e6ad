-- Access tokens of the console (oauth.md section 6); how they authenticate is in credential.sql.

-- name: access_token_insert :exec
INSERT INTO access_tokens (project_id, digest, id, grant_id, resource, scopes, dpop_jkt, created_at, expires_at, revoked_at)
VALUES (:project_id, :digest, :id, :grant_id, :resource, :scopes, :dpop_jkt, :now, :expires_at, NULL);

-- name: access_token_revoke :exec
UPDATE access_tokens SET revoked_at = :now
WHERE project_id = :project_id AND digest = :digest AND revoked_at IS NULL;

-- What it is worth now, with the person behind it. Nothing for one that isn't taken any more.
-- name: access_token_get :one
-- row: access_token_row
SELECT t.id, t.grant_id, t.resource, t.scopes, t.dpop_jkt, t.created_at, t.expires_at, g.client_id, g.org_id, g.user_id, u.email, u.email_verified_at,
	u.phone, u.phone_verified_at, u.username, u.name, u.locale, u.updated_at AS user_updated_at
FROM access_tokens t
JOIN grants g ON g.project_id = t.project_id AND g.id = t.grant_id AND g.revoked_at IS NULL AND g.expires_at > :now
JOIN clients c ON c.project_id = g.project_id AND c.id = g.client_id AND c.is_active = TRUE
JOIN users u ON u.project_id = g.project_id AND u.id = g.user_id AND u.status = 'active'
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id AND s.revoked_at IS NULL AND s.expires_at > :now
WHERE t.project_id = :project_id AND t.digest = :digest AND t.revoked_at IS NULL AND t.expires_at > :now
	AND (g.is_offline = TRUE OR s.id IS NOT NULL);

-- The organizations a person of the console can choose for a client.
-- name: oauth_request_orgs :many
-- unscoped: a person's memberships cross organizations; every row is bound to the person
SELECT o.id, o.name, o.slug, m.role
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status = 'active'
WHERE m.console_id = :console_id AND m.user_id = :user_id
ORDER BY o.name, o.id
LIMIT 200;

-- Is the person still there, and the organization active?
-- name: oauth_membership :one
SELECT m.id, o.status
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
WHERE m.org_id = :org_id AND m.user_id = :user_id;

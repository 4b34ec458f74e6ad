-- Invitations of an organization.

-- name: invitation_get :one
-- row: invitation_row
-- column: secret text?
-- column: url text?
-- column: status text?
SELECT i.id, i.org_id, i.kind, i.email, i.role, i.max_uses, i.uses, i.expires_at, i.revoked_at, i.closed_at, i.invited_by,
	i.created_at, NULL AS status, NULL AS secret, NULL AS url
FROM invitations i
WHERE i.org_id = :org_id AND i.id = :id;

-- name: invitation_list :many
-- row: invitation_row
-- column: secret text?
-- column: url text?
-- column: status text?
SELECT i.id, i.org_id, i.kind, i.email, i.role, i.max_uses, i.uses, i.expires_at, i.revoked_at, i.closed_at, i.invited_by,
	i.created_at, NULL AS status, NULL AS secret, NULL AS url
FROM invitations i
WHERE i.org_id = :org_id
	AND (:kind IS NULL OR i.kind = :kind)
	AND (:status IS NULL OR :status = CASE
		WHEN i.revoked_at IS NOT NULL THEN 'revoked'
		WHEN i.uses >= i.max_uses AND i.kind = 'email' THEN 'accepted'
		WHEN i.uses >= i.max_uses THEN 'used_up'
		WHEN i.expires_at <= :now THEN 'expired'
		ELSE 'pending' END)
	AND (:after_id IS NULL OR i.id < :after_id)
ORDER BY i.id DESC
LIMIT :limit;

-- name: invitation_count :one
SELECT COUNT(*) AS total
FROM invitations i
WHERE i.org_id = :org_id
	AND (:kind IS NULL OR i.kind = :kind)
	AND (:status IS NULL OR :status = CASE
		WHEN i.revoked_at IS NOT NULL THEN 'revoked'
		WHEN i.uses >= i.max_uses AND i.kind = 'email' THEN 'accepted'
		WHEN i.uses >= i.max_uses THEN 'used_up'
		WHEN i.expires_at <= :now THEN 'expired'
		ELSE 'pending' END);

-- name: invitation_insert :exec
INSERT INTO invitations (org_id, id, kind, email, email_key, pending_email_key, role, secret_digest, max_uses, uses, expires_at,
	revoked_at, closed_at, invited_by, created_at, updated_at)
VALUES (:org_id, :id, :kind, :email, :email_key, :email_key, :role, :secret_digest, :max_uses, 0, :expires_at, NULL, NULL,
	:invited_by, :now, :now);

-- An address whose invitation ran out may be invited again.
-- name: invitation_close_expired :exec
UPDATE invitations SET pending_email_key = NULL, closed_at = :now, updated_at = :now
WHERE org_id = :org_id AND pending_email_key = :email_key AND expires_at <= :now;

-- The old secret dies with the change; nothing matches once it is used, revoked or closed.
-- name: invitation_renew :exec
UPDATE invitations
SET secret_digest = :secret_digest, expires_at = :expires_at, role = :role, updated_at = :now
WHERE org_id = :org_id AND id = :id AND closed_at IS NULL;

-- name: invitation_revoke :exec
UPDATE invitations SET revoked_at = :now, closed_at = :now, pending_email_key = NULL, updated_at = :now
WHERE org_id = :org_id AND id = :id AND closed_at IS NULL;

-- name: invitation_by_secret :one
-- unscoped: the digest of a secret is what finds the organization
SELECT i.org_id, i.id, i.kind, i.email, i.email_key, i.role, i.max_uses, i.uses, i.expires_at, i.revoked_at, i.closed_at,
	i.invited_by, o.name AS org_name, o.slug AS org_slug, o.logo_url AS org_logo_url, o.default_project_id,
	u.name AS inviter_name
FROM invitations i
JOIN orgs o ON o.id = i.org_id AND o.status = 'active'
JOIN installation n ON n.id = 1
LEFT JOIN users u ON u.project_id = n.console_id AND u.id = i.invited_by
WHERE i.secret_digest = :secret_digest;

-- One use (rule 11): of many at once as many hit as there is room for.
-- name: invitation_use :exec
UPDATE invitations
SET uses = uses + 1, pending_email_key = NULL, closed_at = IF(uses >= max_uses, :now, closed_at), updated_at = :now
WHERE org_id = :org_id AND id = :id AND uses < max_uses AND revoked_at IS NULL AND expires_at > :now;

-- name: invitation_use_insert :exec
INSERT INTO invitation_uses (org_id, invitation_id, user_id, used_at) VALUES (:org_id, :invitation_id, :user_id, :now);

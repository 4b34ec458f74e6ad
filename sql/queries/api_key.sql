-- Personal tokens and service keys as their owners see them; how they authenticate is in credential.sql.

-- override_role: the reader's in the key's project.
-- name: api_key_get :one
-- row: api_key_row
-- column: status text?
-- column: secret text?
-- column: warning text?
SELECT k.id, k.kind, k.name, k.org_id, k.user_id, k.project_id, k.environment, k.scopes, k.prefix, k.last4,
	k.rate_limit_per_minute, k.expires_at, k.last_used_at, k.created_by, k.created_at, k.revoked_at, k.replaced_by, k.version,
	pm.role AS override_role, NULL AS status, NULL AS secret, NULL AS warning
FROM api_keys k
LEFT JOIN project_members pm ON pm.project_id = k.project_id AND pm.org_id = k.org_id AND pm.user_id = :reader_id
WHERE k.org_id = :org_id AND k.id = :id;

-- What the reader may see: their own tokens; with may_read all others, unless an override in the key's project says otherwise.
-- name: api_key_list :many
-- row: api_key_row
-- column: status text?
-- column: secret text?
-- column: warning text?
SELECT k.id, k.kind, k.name, k.org_id, k.user_id, k.project_id, k.environment, k.scopes, k.prefix, k.last4,
	k.rate_limit_per_minute, k.expires_at, k.last_used_at, k.created_by, k.created_at, k.revoked_at, k.replaced_by, k.version,
	pm.role AS override_role, NULL AS status, NULL AS secret, NULL AS warning
FROM api_keys k
LEFT JOIN project_members pm ON pm.project_id = k.project_id AND pm.org_id = k.org_id AND pm.user_id = :reader_id
WHERE k.org_id = :org_id
	AND (k.user_id = :reader_id OR pm.role IN ('manager', 'admin') OR (:may_read AND (pm.role IS NULL OR :is_owner)))
	AND (:kind IS NULL OR k.kind = :kind)
	AND (:project_id IS NULL OR k.project_id = :project_id)
	AND (:environment IS NULL OR k.environment = :environment)
	AND (:user_id IS NULL OR k.user_id = :user_id)
	AND (:status IS NULL OR :status = CASE
		WHEN k.revoked_at IS NOT NULL THEN 'revoked'
		WHEN k.expires_at <= :now THEN 'expired'
		WHEN k.replaced_by IS NOT NULL THEN 'retiring'
		ELSE 'active' END)
	AND (:after_id IS NULL OR k.id < :after_id)
ORDER BY k.id DESC
LIMIT :limit;

-- name: api_key_count :one
SELECT COUNT(*) AS total
FROM api_keys k
LEFT JOIN project_members pm ON pm.project_id = k.project_id AND pm.org_id = k.org_id AND pm.user_id = :reader_id
WHERE k.org_id = :org_id
	AND (k.user_id = :reader_id OR pm.role IN ('manager', 'admin') OR (:may_read AND (pm.role IS NULL OR :is_owner)))
	AND (:kind IS NULL OR k.kind = :kind)
	AND (:project_id IS NULL OR k.project_id = :project_id)
	AND (:environment IS NULL OR k.environment = :environment)
	AND (:user_id IS NULL OR k.user_id = :user_id)
	AND (:status IS NULL OR :status = CASE
		WHEN k.revoked_at IS NOT NULL THEN 'revoked'
		WHEN k.expires_at <= :now THEN 'expired'
		WHEN k.replaced_by IS NOT NULL THEN 'retiring'
		ELSE 'active' END);

-- name: api_key_insert :exec
INSERT INTO api_keys (id, kind, org_id, project_id, user_id, name, environment, prefix, last4, secret_digest, scopes,
	rate_limit_per_minute, expires_at, revoked_at, replaced_by, last_used_at, version, created_by, created_at, updated_at)
VALUES (:id, :kind, :org_id, :project_id, :user_id, :name, :environment, :prefix, :last4, :secret_digest, :scopes,
	:rate_limit_per_minute, :expires_at, NULL, NULL, NULL, 1, :created_by, :now, :now);

-- The guard of a person's tokens in an organization: written before they are counted (rule 25).
-- name: api_key_guard_member :exec
UPDATE members SET updated_at = :now WHERE org_id = :org_id AND user_id = :user_id;

-- name: api_key_count_personal :one
SELECT COUNT(*) AS total
FROM api_keys k
WHERE k.org_id = :org_id AND k.kind = 'personal' AND k.user_id = :user_id AND k.revoked_at IS NULL AND k.replaced_by IS NULL
	AND (k.expires_at IS NULL OR k.expires_at > :now);

-- Nothing matches once it is revoked.
-- name: api_key_update :exec
UPDATE api_keys
SET name = IF(:has_name, :name, name),
	rate_limit_per_minute = IF(:has_rate_limit_per_minute, :rate_limit_per_minute, rate_limit_per_minute),
	scopes = IF(:has_scopes, :scopes, scopes),
	expires_at = IF(:has_expires_at, :expires_at, expires_at),
	version = version + 1,
	updated_at = :now
WHERE org_id = :org_id AND id = :id AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now);

-- name: api_key_revoke :exec
UPDATE api_keys SET revoked_at = :now, version = version + 1, updated_at = :now
WHERE org_id = :org_id AND id = :id AND revoked_at IS NULL;

-- Of two rotations one hits (rule 28); the grace never extends the old expiry.
-- name: api_key_replace :exec
UPDATE api_keys
SET replaced_by = :replaced_by,
	revoked_at = IF(:is_at_once, :now, NULL),
	expires_at = IF(expires_at IS NULL OR expires_at > :grace_until, :grace_until, expires_at),
	version = version + 1,
	updated_at = :now
WHERE org_id = :org_id AND id = :id AND revoked_at IS NULL AND replaced_by IS NULL
	AND (expires_at IS NULL OR expires_at > :now);

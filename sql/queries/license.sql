-- Licenses, as those see and change them who sell (licensing.md section 3).

-- name: license_insert :exec
INSERT INTO licenses (project_id, id, key_digest, key_sealed, key_first4, key_last4, product_name, status, mode, max_activations, expires_at,
	ends_at, grace_days, ip_locked, ip_digest, ip_hint, lease_ttl_s, plan_id, user_id, metadata, notes, is_expired_sent, guard, version, created_at, updated_at)
VALUES (:project_id, :id, :key_digest, :key_sealed, :key_first4, :key_last4, :product_name, :status, :mode, :max_activations, :expires_at,
	:ends_at, :grace_days, :ip_locked, NULL, NULL, :lease_ttl_s, :plan_id, :user_id, :metadata, :notes, FALSE, 0, 1, :now, :now);

-- name: license_get :one
-- row: license_row
-- column: plan_key text?
SELECT l.id, l.key_sealed, l.key_first4, l.key_last4, l.product_name, l.status, l.mode, l.max_activations, l.expires_at, l.ends_at,
	l.grace_days, l.ip_locked, l.ip_digest, l.ip_hint, l.lease_ttl_s, l.plan_id, t.plan_key, l.user_id, l.metadata, l.notes, l.guard, l.version, l.created_at, l.updated_at,
	(SELECT COUNT(*) FROM activations a
	 WHERE a.project_id = l.project_id AND a.license_id = l.id AND a.seat IS NOT NULL
		AND (a.lease_expires_at IS NULL OR a.lease_expires_at > :now)) AS current_activations
FROM licenses l
LEFT JOIN plans t ON t.project_id = l.project_id AND t.id = l.plan_id
WHERE l.project_id = :project_id AND l.id = :id;

-- The newest first. status: 'expired' is an active one whose time is over. product: a LIKE pattern; last4, key_digest: what
-- the key may end with, or be, instead.
-- name: license_list :many
-- row: license_row
-- column: plan_key text?
SELECT l.id, l.key_sealed, l.key_first4, l.key_last4, l.product_name, l.status, l.mode, l.max_activations, l.expires_at, l.ends_at,
	l.grace_days, l.ip_locked, l.ip_digest, l.ip_hint, l.lease_ttl_s, l.plan_id, t.plan_key, l.user_id, l.metadata, l.notes, l.guard, l.version, l.created_at, l.updated_at,
	(SELECT COUNT(*) FROM activations a
	 WHERE a.project_id = l.project_id AND a.license_id = l.id AND a.seat IS NOT NULL
		AND (a.lease_expires_at IS NULL OR a.lease_expires_at > :now)) AS current_activations
FROM licenses l
LEFT JOIN plans t ON t.project_id = l.project_id AND t.id = l.plan_id
WHERE l.project_id = :project_id AND (:after_id IS NULL OR l.id < :after_id)
	AND (:status IS NULL OR l.status = IF(:status = 'expired', 'active', :status))
	AND (:status IS NULL OR :status NOT IN ('active', 'expired') OR IF(:status = 'expired', l.ends_at <= :now, l.ends_at IS NULL OR l.ends_at > :now))
	AND (:user_id IS NULL OR l.user_id = :user_id) AND (:plan_id IS NULL OR l.plan_id = :plan_id)
	AND (:product IS NULL OR l.product_name LIKE :product ESCAPE '!' OR l.key_last4 = :last4 OR l.key_digest = :key_digest)
ORDER BY l.id DESC
LIMIT :limit;

-- name: license_count :one
SELECT COUNT(*) AS total
FROM licenses l
WHERE l.project_id = :project_id
	AND (:status IS NULL OR l.status = IF(:status = 'expired', 'active', :status))
	AND (:status IS NULL OR :status NOT IN ('active', 'expired') OR IF(:status = 'expired', l.ends_at <= :now, l.ends_at IS NULL OR l.ends_at > :now))
	AND (:user_id IS NULL OR l.user_id = :user_id) AND (:plan_id IS NULL OR l.plan_id = :plan_id)
	AND (:product IS NULL OR l.product_name LIKE :product ESCAPE '!' OR l.key_last4 = :last4 OR l.key_digest = :key_digest);

-- Whose key it is.
-- name: license_key_find :one
SELECT l.id
FROM licenses l
WHERE l.project_id = :project_id AND l.key_digest = :key_digest;

-- The guard of a change by its makers: written first.
-- name: license_touch :exec
UPDATE licenses SET guard = guard + 1, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id;

-- The guard of seats that machines take and give back: written first. The first machine closes an open lock on addresses.
-- name: license_guard :exec
UPDATE licenses
SET guard = guard + 1, ip_hint = IF(ip_locked = TRUE AND ip_digest IS NULL, :ip_hint, ip_hint),
	ip_digest = IF(ip_locked = TRUE AND ip_digest IS NULL, :ip_digest, ip_digest)
WHERE project_id = :project_id AND id = :id;

-- is_expired_sent: a license that is prolonged may expire once more. A lock that is taken off forgets where it was.
-- name: license_update :exec
-- param: has_new_end bool
UPDATE licenses
SET product_name = :product_name, max_activations = :max_activations, is_expired_sent = IF(:has_new_end, FALSE, is_expired_sent),
	expires_at = :expires_at, ends_at = :ends_at, grace_days = :grace_days, ip_digest = IF(:ip_locked, ip_digest, NULL),
	ip_hint = IF(:ip_locked, ip_hint, NULL), ip_locked = :ip_locked, lease_ttl_s = :lease_ttl_s, plan_id = :plan_id, user_id = :user_id, metadata = :metadata,
	notes = :notes
WHERE project_id = :project_id AND id = :id;

-- name: license_delete :exec
DELETE FROM licenses WHERE project_id = :project_id AND id = :id;

-- Hits nothing when the license isn't in the state that the change starts from. from_other: a second state that it may start from.
-- name: license_set_status :exec
UPDATE licenses SET status = :status
WHERE project_id = :project_id AND id = :id AND status IN (:from_status, :from_other);

-- name: license_open_lock :exec
UPDATE licenses SET ip_digest = NULL, ip_hint = NULL
WHERE project_id = :project_id AND id = :id;

-- Who holds a license may go; the license stays.
-- name: license_forget_user :exec
UPDATE licenses SET user_id = NULL, guard = guard + 1, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND user_id = :user_id;

-- Active licenses whose time is over and whose end nobody has told yet.
-- name: license_expired_due :many
-- unscoped: a job goes over all projects
SELECT l.project_id, l.id, p.org_id
FROM licenses l
JOIN projects p ON p.id = l.project_id AND p.status = 'active'
WHERE l.ends_at <= :now AND l.status = 'active' AND l.is_expired_sent = FALSE
ORDER BY l.ends_at
LIMIT :limit;

-- Hits once.
-- name: license_mark_expired :exec
UPDATE licenses SET is_expired_sent = TRUE
WHERE project_id = :project_id AND id = :id AND ends_at <= :now AND status = 'active' AND is_expired_sent = FALSE;

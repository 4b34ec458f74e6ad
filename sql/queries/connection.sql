-- Credentials for third parties' services (automation.md section 5.2), as far as payments need them.

-- name: connection_get :one
-- row: connection_row
SELECT c.id, c.provider, c.status, c.secret_sealed, c.inbound_secret_sealed, c.display_name, c.connected_at, c.revoked_at, c.version,
	c.created_at, c.updated_at
FROM connections c
WHERE c.project_id = :project_id AND c.id = :id;

-- name: connection_active :one
-- row: connection_row
SELECT c.id, c.provider, c.status, c.secret_sealed, c.inbound_secret_sealed, c.display_name, c.connected_at, c.revoked_at, c.version,
	c.created_at, c.updated_at
FROM connections c
WHERE c.project_id = :project_id AND c.provider = :provider AND c.active_key = TRUE;

-- name: connection_list :many
-- row: connection_row
SELECT c.id, c.provider, c.status, c.secret_sealed, c.inbound_secret_sealed, c.display_name, c.connected_at, c.revoked_at, c.version,
	c.created_at, c.updated_at
FROM connections c
WHERE c.project_id = :project_id AND (:after_id IS NULL OR c.id < :after_id) AND (:provider IS NULL OR c.provider = :provider)
ORDER BY c.id DESC
LIMIT :limit;

-- name: connection_count :one
SELECT COUNT(*) AS total
FROM connections c
WHERE c.project_id = :project_id AND (:provider IS NULL OR c.provider = :provider);

-- name: connection_insert :exec
INSERT INTO connections (project_id, id, provider, active_key, status, secret_sealed, inbound_secret_sealed, display_name, connected_at,
	revoked_at, version, created_at, updated_at)
VALUES (:project_id, :id, :provider, TRUE, 'connected', :secret_sealed, :inbound_secret_sealed, :display_name, :now, NULL, 1, :now, :now);

-- name: connection_rotate :exec
UPDATE connections
SET secret_sealed = :secret_sealed, inbound_secret_sealed = :inbound_secret_sealed, display_name = :display_name, connected_at = :now,
	version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND active_key = TRUE;

-- name: connection_set_inbound :exec
UPDATE connections SET inbound_secret_sealed = :inbound_secret_sealed, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND active_key = TRUE;

-- The secrets go with it. Hits nothing when it was revoked already.
-- name: connection_revoke :exec
UPDATE connections
SET active_key = NULL, status = 'revoked', secret_sealed = NULL, inbound_secret_sealed = NULL, revoked_at = :now, version = version + 1,
	updated_at = :now
WHERE project_id = :project_id AND id = :id AND active_key = TRUE;

-- Whose notification that is.
-- name: connection_of_hook :one
-- unscoped: an id in the address is what finds the connection; its signature is what lets in
SELECT c.project_id, c.id, c.provider, c.secret_sealed, c.inbound_secret_sealed, p.org_id, p.environment
FROM connections c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
WHERE c.id = :id AND c.active_key = TRUE;

-- name: payment_notification_insert :exec
INSERT INTO payment_notifications (project_id, connection_id, body_digest, payment_id, status, outcome, received_at, received_until)
VALUES (:project_id, :connection_id, :body_digest, :payment_id, :status, 'ignored', :now, :received_until);

-- name: payment_notification_outcome :exec
UPDATE payment_notifications SET outcome = :outcome, payment_id = :payment_id
WHERE project_id = :project_id AND connection_id = :connection_id AND body_digest = :body_digest;

-- name: payment_by_order :one
SELECT y.id
FROM payments y
WHERE y.project_id = :project_id AND y.order_id = :order_id AND y.provider = :provider;

-- name: payment_set_page :exec
UPDATE payments SET provider_url = :provider_url, provider_ref = :provider_ref
WHERE project_id = :project_id AND id = :id AND status = 'pending';

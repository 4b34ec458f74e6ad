-- Payments of a project's people (licensing.md section 3, rules 25 to 30).

-- name: payment_insert :exec
INSERT INTO payments (project_id, id, order_id, kind, provider, connection_id, user_id, org_id, plan_id, item_id, invoice_id, amount, currency,
	refunded_amount, status, buyer_email, buyer_name, item_name, metadata, return_url, token_digest, provider_url, provider_ref, subscription_ref,
	check_at, expires_at, paid_at, guard, created_at, updated_at)
VALUES (:project_id, :id, :order_id, :kind, :provider, :connection_id, :user_id, :org_id, :plan_id, :item_id, :invoice_id, :amount, :currency,
	0, 'pending', :buyer_email, :buyer_name, :item_name, :metadata, :return_url, :token_digest, NULL, :provider_ref, :subscription_ref,
	:check_at, :expires_at, NULL, 0, :now, :now);

-- name: payment_get :one
-- row: payment_row
SELECT y.id, y.order_id, y.kind, y.provider, y.connection_id, y.user_id, y.org_id, y.plan_id, y.item_id, y.invoice_id, y.amount, y.currency,
	y.refunded_amount, y.status, y.buyer_email, y.buyer_name, y.item_name, y.metadata, y.return_url, y.token_digest, y.provider_url,
	y.provider_ref, y.subscription_ref, y.check_at, y.expires_at, y.paid_at, y.guard, y.created_at, y.updated_at, p.client_id,
	i.id IS NOT NULL AS is_console
FROM payments y
JOIN projects p ON p.id = y.project_id
LEFT JOIN installation i ON i.console_id = p.id
WHERE y.project_id = :project_id AND y.id = :id;

-- The newest first.
-- name: payment_list :many
-- row: payment_row
SELECT y.id, y.order_id, y.kind, y.provider, y.connection_id, y.user_id, y.org_id, y.plan_id, y.item_id, y.invoice_id, y.amount, y.currency,
	y.refunded_amount, y.status, y.buyer_email, y.buyer_name, y.item_name, y.metadata, y.return_url, y.token_digest, y.provider_url,
	y.provider_ref, y.subscription_ref, y.check_at, y.expires_at, y.paid_at, y.guard, y.created_at, y.updated_at, p.client_id,
	i.id IS NOT NULL AS is_console
FROM payments y
JOIN projects p ON p.id = y.project_id
LEFT JOIN installation i ON i.console_id = p.id
WHERE y.project_id = :project_id AND (:after_id IS NULL OR y.id < :after_id) AND (:status IS NULL OR y.status = :status)
	AND (:kind IS NULL OR y.kind = :kind) AND (:order_id IS NULL OR y.order_id = :order_id) AND (:user_id IS NULL OR y.user_id = :user_id)
ORDER BY y.id DESC
LIMIT :limit;

-- name: payment_count :one
SELECT COUNT(*) AS total
FROM payments y
WHERE y.project_id = :project_id AND (:status IS NULL OR y.status = :status) AND (:kind IS NULL OR y.kind = :kind)
	AND (:order_id IS NULL OR y.order_id = :order_id) AND (:user_id IS NULL OR y.user_id = :user_id);

-- What somebody has begun to pay: the same plan, price, provider and way back.
-- name: payment_begun :one
SELECT y.id
FROM payments y
WHERE y.project_id = :project_id AND y.user_id = :user_id AND y.plan_id = :plan_id AND y.kind = 'plan' AND y.status = 'pending'
	AND y.provider = :provider AND y.amount = :amount AND y.currency = :currency AND y.buyer_email = :buyer_email
	AND (y.return_url = :return_url OR (y.return_url IS NULL AND :return_url IS NULL)) AND y.expires_at > :now
ORDER BY y.id DESC
LIMIT 1;

-- The guard of its state: written first.
-- name: payment_guard :exec
UPDATE payments SET guard = guard + 1
WHERE project_id = :project_id AND id = :id;

-- Hits nothing when the state isn't the one that the move starts from. paid_at stays what it was first.
-- name: payment_set_status :exec
UPDATE payments
SET status = :status, refunded_amount = :refunded_amount, paid_at = IF(paid_at IS NULL, :paid_at, paid_at),
	provider_ref = IF(:provider_ref IS NULL, provider_ref, :provider_ref),
	subscription_ref = IF(:subscription_ref IS NULL, subscription_ref, :subscription_ref), check_at = :check_at, updated_at = :now
WHERE project_id = :project_id AND id = :id AND status = :from_status;

-- Who buys may go; what was paid stays.
-- name: payment_forget_user :exec
UPDATE payments SET user_id = NULL, guard = guard + 1, updated_at = :now
WHERE project_id = :project_id AND user_id = :user_id;

-- The page where it is paid: who has the token of its address may look.
-- name: payment_of_page :one
-- unscoped: the token is what lets in; an id alone finds nothing
SELECT y.project_id, y.id, y.status, y.provider, y.amount, y.currency, y.item_name, y.provider_url, y.return_url, y.order_id, y.expires_at,
	v.instructions, p.name AS project_name
FROM payments y
JOIN projects p ON p.id = y.project_id AND p.status = 'active'
LEFT JOIN payment_providers v ON v.project_id = y.project_id AND v.provider = y.provider
WHERE y.id = :id AND y.token_digest = :token_digest;

-- What its provider told of it, the newest first.
-- name: payment_notification_list :many
-- row: payment_notification_row
SELECT n.body_digest, n.connection_id, n.status, n.outcome, n.received_at
FROM payment_notifications n
WHERE n.project_id = :project_id AND n.payment_id = :payment_id
	AND (:after_at IS NULL OR n.received_at < :after_at OR (n.received_at = :after_at AND n.body_digest < :after_digest))
ORDER BY n.received_at DESC, n.body_digest DESC
LIMIT :limit;

-- name: payment_notification_count :one
SELECT COUNT(*) AS total
FROM payment_notifications n
WHERE n.project_id = :project_id AND n.payment_id = :payment_id;

-- Those that a job shall look at.
-- name: payment_due :many
-- unscoped: a job goes over all projects
SELECT y.project_id, y.id, y.provider, p.org_id
FROM payments y
JOIN projects p ON p.id = y.project_id AND p.status = 'active'
WHERE y.check_at <= :now
ORDER BY y.check_at
LIMIT :limit;

-- name: payment_check_later :exec
UPDATE payments SET check_at = :check_at
WHERE project_id = :project_id AND id = :id AND status = 'pending';

-- name: payment_client_origins :many
SELECT u.uri
FROM client_uris u
WHERE u.project_id = :project_id AND u.kind = 'redirect'
ORDER BY u.client_id, u.uri_digest
LIMIT 500;

-- Where anybody may buy, by the project's public id.
-- name: payment_project :one
-- unscoped: a public client id is what finds the project
SELECT p.id AS project_id, p.org_id, o.status AS org_status
FROM projects p
JOIN orgs o ON o.id = p.org_id
WHERE p.client_id = :client_id AND p.status = 'active';

-- By the provider's own name.
-- name: payment_by_ref :one
SELECT y.id
FROM payments y
WHERE y.project_id = :project_id AND y.provider = :provider AND y.provider_ref = :provider_ref;

-- The payment that a subscription began with.
-- name: payment_of_subscription :one
SELECT y.id
FROM payments y
WHERE y.project_id = :project_id AND y.subscription_ref = :subscription_ref AND y.provider = :provider
ORDER BY y.id
LIMIT 1;

-- Which subscription a payment belongs to.
-- name: payment_subscription :one
SELECT y.subscription_ref
FROM payments y
WHERE y.project_id = :project_id AND y.id = :id;

-- An organization's plan, which is one of the console's, and its invoices (licensing.md rules 35 and 36).

-- The plan that counts for it now, and what it was assigned. No row: the console has no plan for it.
-- name: org_plan_get :one
-- row: org_plan_row
-- column: subject_id text?
-- column: cancel_at_period_end int?
-- column: source text?
-- param: org_id text
SELECT n.id, n.plan_key, n.display_name, n.price, n.currency, n.period, n.meters, a.subject_id, a.trial_ends_at, a.current_period_end_at,
	a.expires_at, a.cancel_at_period_end, a.source
FROM plans n
LEFT JOIN plan_assignments a ON a.project_id = n.project_id AND a.subject_id = :org_id AND (a.ends_at IS NULL OR a.ends_at > :now)
WHERE n.project_id = :console_id AND ((a.subject_id IS NULL AND n.is_default = TRUE) OR n.id = a.plan_id)
ORDER BY a.subject_id DESC
LIMIT 1;

-- What it was assigned, then the default plan; ended_at: when that stops counting.
-- name: org_plan_now :many
-- row: held_plan_row
-- column: source text?
-- param: org_id text
SELECT n.display_name, n.price, n.currency, n.period, n.meters, a.source, COALESCE(a.created_at, n.created_at) AS began_at, a.ends_at AS ended_at,
	n.is_default
FROM plans n
LEFT JOIN plan_assignments a ON a.project_id = n.project_id AND a.plan_id = n.id AND a.subject_id = :org_id
WHERE n.project_id = :console_id AND (n.is_default = TRUE OR a.subject_id IS NOT NULL)
ORDER BY a.subject_id DESC
LIMIT 2;

-- What it was on before, and still was after that time.
-- name: org_plan_past :many
-- row: held_plan_row
-- column: ended_at time?
-- column: is_default int?
SELECT b.display_name, b.price, b.currency, b.period, b.meters, b.source, b.began_at, b.ended_at, NULL AS is_default
FROM past_org_plans b
WHERE b.org_id = :org_id AND b.ended_at > :after
ORDER BY b.ended_at, b.began_at
LIMIT 10000;

-- Before it changes: what the organization is on, or all are; plan_id: those that are on that. An assignment that time has ended was followed by
-- the default plan.
-- name: org_plan_remember :exec
-- unscoped: a plan of the console holds the organizations that are on it
INSERT INTO past_org_plans (org_id, ended_at, plan_id, display_name, price, currency, period, meters, source, began_at, expires_at)
SELECT o.id, IF(n.is_default IS NULL AND a.ends_at < :now, a.ends_at, :now), n.id, n.display_name, n.price, n.currency, n.period, n.meters,
	IF(n.id = a.plan_id, a.source, NULL), IF(n.id = a.plan_id, a.created_at, n.created_at), :expires_at
FROM installation i
JOIN plans n ON n.project_id = i.console_id AND (:plan_id IS NULL OR n.id = :plan_id)
JOIN orgs o ON o.status <> 'deleted' AND (:org_id IS NULL OR o.id = :org_id)
LEFT JOIN plan_assignments a ON a.project_id = n.project_id AND a.subject_id = o.id
WHERE i.id = 1 AND (n.id = a.plan_id OR (n.is_default = TRUE AND (a.subject_id IS NULL OR a.ends_at <= :now)))
ON DUPLICATE KEY UPDATE expires_at = VALUES(expires_at);

-- What each project used.
-- name: org_usage_by_project :many
-- row: project_usage_row
SELECT c.meter_key, p.id AS project_id, p.name, c.used
FROM projects p
JOIN usage_counters c ON c.project_id = p.id AND c.subject_id = p.id AND c.period_at = :period_at
WHERE p.org_id = :org_id AND p.status = 'active' AND (:meter_key IS NULL OR c.meter_key = :meter_key)
ORDER BY c.meter_key, p.id
LIMIT 10000;

-- Organizations whose month nobody has looked at yet.
-- name: invoice_org_due :many
-- unscoped: a job goes over all organizations
SELECT o.id, o.default_project_id, i.console_id
FROM installation i
JOIN orgs o ON o.status = 'active' AND o.created_at < :ended_at
LEFT JOIN invoices v ON v.org_id = o.id AND v.period_at = :period_at
WHERE i.id = 1 AND v.id IS NULL AND EXISTS (SELECT 1 FROM plans n WHERE n.project_id = i.console_id)
ORDER BY o.id
LIMIT :limit;

-- name: invoice_last_number :one
-- unscoped: numbers are the installation's
SELECT MAX(v.number) AS last FROM invoices v;

-- Of two that open one, or take one number, at once, the second meets a key.
-- name: invoice_insert :exec
INSERT INTO invoices (org_id, id, number, period_at, currency, total, status, line_items, due_at, paid_at, payment_id, created_at, updated_at)
VALUES (:org_id, :id, :number, :period_at, :currency, :total, :status, :line_items, :due_at, NULL, NULL, :now, :now);

-- name: invoice_get :one
-- row: invoice_row
SELECT v.id, v.number, v.period_at, v.currency, v.total, v.status, v.line_items, v.due_at, v.paid_at, v.payment_id, v.created_at, v.updated_at
FROM invoices v
WHERE v.org_id = :org_id AND v.id = :id AND v.number IS NOT NULL;

-- The newest first.
-- name: invoice_list :many
-- row: invoice_row
SELECT v.id, v.number, v.period_at, v.currency, v.total, v.status, v.line_items, v.due_at, v.paid_at, v.payment_id, v.created_at, v.updated_at
FROM invoices v
WHERE v.org_id = :org_id AND v.number IS NOT NULL AND (:after_id IS NULL OR v.id < :after_id)
ORDER BY v.id DESC
LIMIT :limit;

-- name: invoice_count :one
SELECT COUNT(*) AS total FROM invoices v WHERE v.org_id = :org_id AND v.number IS NOT NULL;

-- It is being paid by that. Hits nothing when it isn't open any more.
-- name: invoice_set_payment :exec
UPDATE invoices SET payment_id = :payment_id, updated_at = :now
WHERE org_id = :org_id AND id = :id AND status = 'open';

-- Of two payments for one invoice the first pays it.
-- name: invoice_set_paid :exec
UPDATE invoices SET status = 'paid', paid_at = :paid_at, payment_id = :payment_id, updated_at = :now
WHERE org_id = :org_id AND id = :id AND status = 'open';

-- Where an organization's own events go.
-- name: org_event_project :one
SELECT o.default_project_id
FROM orgs o
WHERE o.id = :org_id AND o.status <> 'deleted';

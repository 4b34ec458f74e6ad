-- What an organization used in a month, all its projects together.

-- name: org_usage_add :exec
INSERT INTO org_usage (org_id, meter_key, period_at, used, warned_percent)
VALUES (:org_id, :meter_key, :period_at, :quantity, 0)
ON DUPLICATE KEY UPDATE used = used + :quantity;

-- Counts for the organization, if that doesn't get it beyond its limit: then a row matches.
-- name: org_usage_take :exec
UPDATE org_usage SET used = used + :quantity
WHERE org_id = :org_id AND meter_key = :meter_key AND period_at = :period_at AND used + :quantity <= :org_limit;

-- A threshold is told once: hits nothing when it was.
-- name: org_usage_warn :exec
UPDATE org_usage SET warned_percent = :percent
WHERE org_id = :org_id AND meter_key = :meter_key AND period_at = :period_at AND warned_percent < :percent;

-- name: org_usage_list :many
-- row: org_usage_row
SELECT u.meter_key, u.used, u.warned_percent
FROM org_usage u
WHERE u.org_id = :org_id AND u.period_at = :period_at
ORDER BY u.meter_key;

-- name: org_usage_months :many
SELECT u.period_at, u.used
FROM org_usage u
WHERE u.org_id = :org_id AND u.meter_key = :meter_key AND u.period_at >= :from_at AND u.period_at < :to_at
ORDER BY u.period_at
LIMIT 1000;

-- What a built-in meter counted in one of its projects.
-- name: org_usage_feed :exec
-- param: quantity int
-- unscoped: the project says whose it is
INSERT INTO org_usage (org_id, meter_key, period_at, used, warned_percent)
SELECT p.org_id, :meter_key, :period_at, :quantity, 0
FROM projects p
WHERE p.id = :project_id
ON DUPLICATE KEY UPDATE used = org_usage.used + VALUES(used);

-- Plans of the console that say something of meters.
-- name: org_usage_plan_list :many
-- row: org_usage_plan_row
-- unscoped: organizations are on plans of the console
SELECT i.console_id, n.id, n.is_default, n.meters
FROM installation i
JOIN plans n ON n.project_id = i.console_id AND n.meters IS NOT NULL
WHERE i.id = 1
ORDER BY n.id
LIMIT 200;

-- Organizations on such a plan that have come near what it includes of a meter, or to it, and nobody has told.
-- name: org_usage_threshold_due :many
-- row: org_usage_due_row
-- unscoped: a job goes over all organizations
SELECT g.org_id, o.default_project_id, g.used
FROM org_usage g
JOIN orgs o ON o.id = g.org_id AND o.status = 'active'
LEFT JOIN plan_assignments a ON a.project_id = :console_id AND a.subject_id = g.org_id AND (a.ends_at IS NULL OR a.ends_at > :now)
WHERE g.meter_key = :meter_key AND g.period_at = :period_at AND g.used > 0 AND g.used >= :included - FLOOR(:included / 5)
	AND g.warned_percent < IF(g.used >= :included, 100, 80) AND (a.plan_id = :plan_id OR (:is_default AND a.plan_id IS NULL))
ORDER BY g.org_id
LIMIT :limit;

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

-- What an organization used in a month, all its projects together.

-- name: org_usage_add :exec
INSERT INTO org_usage (org_id, meter_key, period_at, used, warned_percent)
VALUES (:org_id, :meter_key, :period_at, :quantity, 0)
ON DUPLICATE KEY UPDATE used = used + :quantity;

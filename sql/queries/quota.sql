-- Limits on built-in meters (licensing.md rules 32 and 33).

-- What is used of one, and what may be; org_meters: of the organization's plan, which is one of the console.
-- name: quota_find :one
-- row: quota_row
-- column: limit_value int?
-- column: project_used int?
-- column: project_warned int?
-- column: org_used int?
-- column: org_warned int?
-- column: org_meters text?
-- unscoped: the organization of a project is on a plan of the console
SELECT p.org_id, l.limit_value, t.used AS project_used, t.warned_percent AS project_warned, g.used AS org_used, g.warned_percent AS org_warned,
	k.meters AS org_meters
FROM projects p
JOIN installation i ON i.id = 1
LEFT JOIN project_limits l ON l.project_id = p.id AND l.meter_key = :meter_key
LEFT JOIN usage_counters t ON t.project_id = p.id AND t.meter_key = :meter_key AND t.subject_id = p.id AND t.period_at = :period_at
LEFT JOIN org_usage g ON g.org_id = p.org_id AND g.meter_key = :meter_key AND g.period_at = :period_at
LEFT JOIN plans h ON h.project_id = i.console_id AND h.is_default = TRUE
LEFT JOIN plan_assignments b ON b.project_id = i.console_id AND b.subject_id = p.org_id AND (b.ends_at IS NULL OR b.ends_at > :now)
LEFT JOIN plans k ON k.project_id = i.console_id AND k.id = IFNULL(b.plan_id, h.id)
WHERE p.id = :project_id;

-- Whoever works in the project from now on looks first.
-- name: quota_note_project :exec
UPDATE projects SET meters_full_until = :until
WHERE id = :project_id AND (meters_full_until IS NULL OR meters_full_until < :until);

-- name: quota_note_org :exec
UPDATE projects SET meters_full_until = :until
WHERE org_id = :org_id AND status = 'active' AND (meters_full_until IS NULL OR meters_full_until < :until);

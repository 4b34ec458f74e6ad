-- What was used in a month (licensing.md rules 31 and 32). period_at: when the month began.

-- Written first: of two that count the same meter of a project the second waits here. It makes the row where there is none.
-- name: usage_counter_hold :exec
INSERT INTO usage_counters (project_id, meter_key, subject_id, period_at, used, warned_percent)
VALUES (:project_id, :meter_key, :subject_id, :period_at, 0, 0)
ON DUPLICATE KEY UPDATE used = used + 0;

-- name: usage_counter_add :exec
INSERT INTO usage_counters (project_id, meter_key, subject_id, period_at, used, warned_percent)
VALUES (:project_id, :meter_key, :subject_id, :period_at, :quantity, 0)
ON DUPLICATE KEY UPDATE used = used + :quantity;

-- Counts for the project and the subject, if neither gets beyond its limit: then two rows match.
-- name: usage_counter_take :exec
-- param: subject_id text
UPDATE usage_counters
SET used = used + :quantity
WHERE project_id = :project_id AND meter_key = :meter_key AND period_at = :period_at AND subject_id IN (:whole_id, :subject_id)
	AND used + :quantity <= IF(subject_id = :subject_id, :subject_limit, :project_limit);

-- A threshold is told once: hits nothing when it was.
-- name: usage_counter_warn :exec
UPDATE usage_counters SET warned_percent = :percent
WHERE project_id = :project_id AND meter_key = :meter_key AND subject_id = :subject_id AND period_at = :period_at
	AND warned_percent < :percent;

-- All that a consume needs to know, in one statement; the sum's row is held. meters: of the subject's plan, org_meters: of the organization's, which is
-- one of the console. No row: the project is gone.
-- name: usage_consume_find :one
-- row: usage_consume_row
-- column: meter_id text?
-- column: user_id text?
-- column: limit_value int?
-- column: project_used int?
-- column: project_warned int?
-- column: subject_used int?
-- column: subject_warned int?
-- column: org_used int?
-- column: org_warned int?
-- column: meters text?
-- column: org_meters text?
-- column: feature_id text?
-- column: default_value int?
-- column: plan_feature_id text?
-- column: plan_value int?
-- column: override_id text?
-- column: override_value int?
-- column: expires_at time?
-- column: result text?
SELECT m.id AS meter_id, u.id AS user_id, l.limit_value, t.used AS project_used, t.warned_percent AS project_warned,
	c.used AS subject_used, c.warned_percent AS subject_warned, g.used AS org_used, g.warned_percent AS org_warned,
	n.meters, k.meters AS org_meters, f.id AS feature_id, f.default_value, v.feature_id AS plan_feature_id, v.value AS plan_value,
	r.feature_id AS override_id, r.value AS override_value, e.expires_at, e.result
FROM projects p
LEFT JOIN meters m ON m.project_id = p.id AND m.meter_key = :meter_key
LEFT JOIN users u ON u.project_id = p.id AND u.id = :subject_id AND u.status <> 'deleted'
LEFT JOIN project_limits l ON l.project_id = p.id AND l.meter_key = :meter_key
LEFT JOIN usage_counters t ON t.project_id = p.id AND t.meter_key = :meter_key AND t.subject_id = p.id AND t.period_at = :period_at
LEFT JOIN usage_counters c ON c.project_id = p.id AND c.meter_key = :meter_key AND c.subject_id = :subject_id AND c.period_at = :period_at
LEFT JOIN org_usage g ON g.org_id = p.org_id AND g.meter_key = :meter_key AND g.period_at = :period_at
LEFT JOIN usage_events e ON e.project_id = p.id AND e.meter_key = :meter_key AND e.event_key = :event_key
LEFT JOIN plans d ON d.project_id = p.id AND d.is_default = TRUE
LEFT JOIN plan_assignments a ON a.project_id = p.id AND a.subject_id = :subject_id AND (a.ends_at IS NULL OR a.ends_at > :now)
LEFT JOIN plans n ON n.project_id = p.id AND n.id = IFNULL(a.plan_id, d.id)
LEFT JOIN features f ON f.project_id = p.id AND f.meter_key = :meter_key AND f.type = 'limit'
LEFT JOIN plan_features v ON v.project_id = p.id AND v.plan_id = n.id AND v.feature_id = f.id
LEFT JOIN feature_overrides r ON r.project_id = p.id AND r.subject_id = :subject_id AND r.feature_id = f.id
	AND (r.expires_at IS NULL OR r.expires_at > :now)
LEFT JOIN plans h ON h.project_id = :console_id AND h.is_default = TRUE
LEFT JOIN plan_assignments b ON b.project_id = :console_id AND b.subject_id = p.org_id AND (b.ends_at IS NULL OR b.ends_at > :now)
LEFT JOIN plans k ON k.project_id = :console_id AND k.id = IFNULL(b.plan_id, h.id)
WHERE p.id = :project_id AND p.status = 'active'
ORDER BY f.feature_key
LIMIT 1;

-- name: usage_counter_get :one
-- column: limit_value int?
SELECT c.used, c.warned_percent, l.limit_value
FROM usage_counters c
LEFT JOIN project_limits l ON l.project_id = c.project_id AND l.meter_key = c.meter_key AND c.subject_id = c.project_id
WHERE c.project_id = :project_id AND c.meter_key = :meter_key AND c.subject_id = :subject_id AND c.period_at = :period_at;

-- name: usage_counter_delete_meter :exec
DELETE FROM usage_counters WHERE project_id = :project_id AND meter_key = :meter_key;

-- A person's own; the project's sum stays.
-- name: usage_counter_delete_subject :exec
DELETE FROM usage_counters WHERE project_id = :project_id AND subject_id = :subject_id;

-- What a built-in meter counted; a project that is gone counts no more.
-- name: usage_counter_feed :exec
-- param: quantity int
INSERT INTO usage_counters (project_id, meter_key, subject_id, period_at, used, warned_percent)
SELECT p.id, :meter_key, p.id, :period_at, :quantity, 0
FROM projects p
WHERE p.id = :project_id
ON DUPLICATE KEY UPDATE used = usage_counters.used + VALUES(used);

-- Projects that have come near a limit of theirs, or to it, and nobody has told.
-- name: usage_threshold_due :many
-- unscoped: a job goes over all projects
SELECT c.project_id, p.org_id, c.meter_key, c.used, l.limit_value
FROM project_limits l
JOIN usage_counters c ON c.project_id = l.project_id AND c.meter_key = l.meter_key AND c.subject_id = l.project_id AND c.period_at = :period_at
JOIN projects p ON p.id = l.project_id AND p.status = 'active'
WHERE c.used > 0 AND c.used >= l.limit_value - FLOOR(l.limit_value / 5) AND c.warned_percent < IF(c.used >= l.limit_value, 100, 80)
ORDER BY c.project_id, c.meter_key
LIMIT :limit;

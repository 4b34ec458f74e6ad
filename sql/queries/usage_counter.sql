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

-- All that a consume needs to know, in one statement; the sum's row is held. No row: the project is gone.
-- name: usage_consume_find :one
-- row: usage_consume_row
-- column: meter_id text?
-- column: user_id text?
-- column: limit_value int?
-- column: project_used int?
-- column: project_warned int?
-- column: subject_used int?
-- column: subject_warned int?
-- column: expires_at time?
-- column: result text?
SELECT m.id AS meter_id, u.id AS user_id, l.limit_value, t.used AS project_used, t.warned_percent AS project_warned,
	c.used AS subject_used, c.warned_percent AS subject_warned, e.expires_at, e.result
FROM projects p
LEFT JOIN meters m ON m.project_id = p.id AND m.meter_key = :meter_key
LEFT JOIN users u ON u.project_id = p.id AND u.id = :subject_id AND u.status <> 'deleted'
LEFT JOIN project_limits l ON l.project_id = p.id AND l.meter_key = :meter_key
LEFT JOIN usage_counters t ON t.project_id = p.id AND t.meter_key = :meter_key AND t.subject_id = p.id AND t.period_at = :period_at
LEFT JOIN usage_counters c ON c.project_id = p.id AND c.meter_key = :meter_key AND c.subject_id = :subject_id AND c.period_at = :period_at
LEFT JOIN usage_events e ON e.project_id = p.id AND e.meter_key = :meter_key AND e.event_key = :event_key
WHERE p.id = :project_id AND p.status = 'active';

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

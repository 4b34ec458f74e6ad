-- What was used, over time (licensing.md section 3).

-- By stretches of width_s seconds from from_at on.
-- name: usage_points :many
-- row: usage_point_row
-- param: width_s int
SELECT e.meter_key, TIMESTAMPDIFF(SECOND, :from_at, e.occurred_at) DIV :width_s AS place, SUM(e.quantity) AS total
FROM usage_events e
WHERE e.project_id = :project_id AND e.meter_key = :meter_key AND (:subject_id IS NULL OR e.subject_id = :subject_id)
	AND e.occurred_at >= :from_at AND e.occurred_at < :to_at
GROUP BY e.meter_key, place
ORDER BY place
LIMIT 1000;

-- By months. subject_id: the project's own id for the sum over its people.
-- name: usage_months :many
SELECT c.period_at, c.used
FROM usage_counters c
WHERE c.project_id = :project_id AND c.meter_key = :meter_key AND c.subject_id = :subject_id AND c.period_at >= :from_at AND c.period_at < :to_at
ORDER BY c.period_at
LIMIT 1000;

-- name: usage_month_list :many
SELECT c.meter_key, c.used
FROM usage_counters c
WHERE c.project_id = :project_id AND c.subject_id = :subject_id AND c.period_at = :period_at
ORDER BY c.meter_key;

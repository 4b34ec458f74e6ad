-- Counts by hour and day: how the flush of the shared counters adds to them, what jobs make of them, what analytics reads.

-- ---- the flush ----

-- A batch that is there already has been counted.
-- name: stat_flush_insert :exec
INSERT INTO stat_flushes (id, flushed_at) VALUES (:id, :now);

-- list: JSON of {m: metric, d: dimension, v: its value, n}. A project that is gone counts no more.
-- name: stat_hourly_add :exec
-- param: list text
INSERT INTO stat_hourly (project_id, metric, bucket_at, dim, dim_value, n)
SELECT p.id, j.metric, :bucket_at, j.dim, j.dim_value, j.n
FROM projects p
JOIN JSON_TABLE(:list, '$[*]' COLUMNS (metric VARCHAR(24) PATH '$.m', dim VARCHAR(16) PATH '$.d', dim_value VARCHAR(64) PATH '$.v', n BIGINT PATH '$.n')) AS j
	ON j.n > 0
WHERE p.id = :project_id
ON DUPLICATE KEY UPDATE n = stat_hourly.n + VALUES(n);

-- name: stat_daily_add :exec
-- param: list text
INSERT INTO stat_daily (project_id, metric, bucket_at, dim, dim_value, n)
SELECT p.id, j.metric, :bucket_at, j.dim, j.dim_value, j.n
FROM projects p
JOIN JSON_TABLE(:list, '$[*]' COLUMNS (metric VARCHAR(24) PATH '$.m', dim VARCHAR(16) PATH '$.d', dim_value VARCHAR(64) PATH '$.v', n BIGINT PATH '$.n')) AS j
	ON j.n > 0
WHERE p.id = :project_id
ON DUPLICATE KEY UPDATE n = stat_daily.n + VALUES(n);

-- The values that a day tells apart already.
-- name: stat_values :many
SELECT s.dim_value
FROM stat_daily s
WHERE s.project_id = :project_id AND s.metric = :metric AND s.bucket_at = :bucket_at AND s.dim = :dim
ORDER BY s.dim_value
LIMIT :limit;

-- name: stat_user_day_add :exec
INSERT INTO user_days (project_id, day, user_id)
SELECT u.project_id, :day, u.id
FROM users u
WHERE u.project_id = :project_id AND u.id = :user_id
ON DUPLICATE KEY UPDATE day = user_days.day;

-- The same of whoever's session it is.
-- name: stat_session_day_add :exec
INSERT INTO user_days (project_id, day, user_id)
SELECT s.project_id, :day, s.user_id
FROM sessions s
WHERE s.project_id = :project_id AND s.id = :session_id
ON DUPLICATE KEY UPDATE day = user_days.day;

-- ---- what jobs make of it ----

-- Who was there on a day, of every project.
-- name: stat_dau_write :exec
-- unscoped: the roll-up serves every project
INSERT INTO stat_daily (project_id, metric, bucket_at, dim, dim_value, n)
SELECT d.project_id, 'dau', :at, '', '', COUNT(*)
FROM user_days d
WHERE d.day = :day
GROUP BY d.project_id
ON DUPLICATE KEY UPDATE n = VALUES(n);

-- Who was there in the thirty days that end with this one.
-- name: stat_mau_write :exec
-- unscoped: the roll-up serves every project
INSERT INTO stat_daily (project_id, metric, bucket_at, dim, dim_value, n)
SELECT d.project_id, 'mau', :at, '', '', COUNT(DISTINCT d.user_id)
FROM user_days d
WHERE d.day >= :first_day AND d.day <= :day
GROUP BY d.project_id
ON DUPLICATE KEY UPDATE n = VALUES(n);

-- The meter counts by the month of UTC. It never falls, whoever is deleted.
-- name: stat_mau_meter_write :exec
-- unscoped: the roll-up serves every project
INSERT INTO usage_counters (project_id, meter_key, subject_id, period_at, used, warned_percent)
SELECT d.project_id, 'mau', d.project_id, :period_at, COUNT(DISTINCT d.user_id), 0
FROM user_days d
WHERE d.day >= :first_day AND d.day < :end_day
GROUP BY d.project_id
ON DUPLICATE KEY UPDATE used = GREATEST(usage_counters.used, VALUES(used));

-- name: stat_org_mau_write :exec
-- unscoped: the roll-up serves every organization
INSERT INTO org_usage (org_id, meter_key, period_at, used, warned_percent)
SELECT p.org_id, 'mau', :period_at, SUM(c.used), 0
FROM usage_counters c
JOIN projects p ON p.id = c.project_id
WHERE c.meter_key = 'mau' AND c.period_at = :period_at AND c.subject_id = c.project_id
GROUP BY p.org_id
ON DUPLICATE KEY UPDATE used = GREATEST(org_usage.used, VALUES(used));

-- name: stat_hourly_prune :exec
-- unscoped: the pruning serves every project
DELETE FROM stat_hourly WHERE bucket_at < :before ORDER BY bucket_at LIMIT :limit;

-- name: stat_daily_prune :exec
-- unscoped: the pruning serves every project
DELETE FROM stat_daily WHERE bucket_at < :before ORDER BY bucket_at LIMIT :limit;

-- name: stat_user_days_prune :exec
-- unscoped: the pruning serves every project
DELETE FROM user_days WHERE day < :before ORDER BY day LIMIT :limit;

-- name: stat_flushes_prune :exec
DELETE FROM stat_flushes WHERE flushed_at < :before ORDER BY flushed_at LIMIT :limit;

-- ---- what analytics reads: one statement each ----

-- name: stat_hourly_series :many
-- row: stat_point_row
SELECT s.dim_value, s.bucket_at, s.n
FROM stat_hourly s
WHERE s.project_id = :project_id AND s.metric = :metric AND s.dim = :dim AND s.bucket_at >= :from_at AND s.bucket_at < :to_at
ORDER BY s.bucket_at, s.dim_value
LIMIT :limit;

-- name: stat_daily_series :many
-- row: stat_point_row
SELECT s.dim_value, s.bucket_at, s.n
FROM stat_daily s
WHERE s.project_id = :project_id AND s.metric = :metric AND s.dim = :dim AND s.bucket_at >= :from_at AND s.bucket_at < :to_at
ORDER BY s.bucket_at, s.dim_value
LIMIT :limit;

-- Every metric by the day.
-- name: stat_overview_daily :many
-- row: stat_overview_row
SELECT s.metric, s.bucket_at, s.n
FROM stat_daily s
WHERE s.project_id = :project_id AND s.dim = '' AND s.bucket_at >= :from_at AND s.bucket_at < :to_at
	AND s.metric IN ('sign_ups', 'dau', 'mau', 'sign_ins', 'sign_in_failures', 'token_issues', 'key_uses', 'validations', 'activations', 'payments',
		'errors', 'deliveries', 'usage')
ORDER BY s.bucket_at, s.metric
LIMIT 3000;

-- Every metric by the hour; what only days have: today's, else yesterday's.
-- name: stat_overview_hourly :many
-- column: metric text?
-- column: bucket_at time?
-- column: n int?
-- column: dau int?
-- column: dau_before int?
-- column: mau int?
-- column: mau_before int?
SELECT s.metric, s.bucket_at, s.n, a.n AS dau, b.n AS dau_before, c.n AS mau, d.n AS mau_before
FROM projects p
LEFT JOIN stat_daily a ON a.project_id = p.id AND a.metric = 'dau' AND a.dim = '' AND a.bucket_at = :today AND a.dim_value = ''
LEFT JOIN stat_daily b ON b.project_id = p.id AND b.metric = 'dau' AND b.dim = '' AND b.bucket_at = :yesterday AND b.dim_value = ''
LEFT JOIN stat_daily c ON c.project_id = p.id AND c.metric = 'mau' AND c.dim = '' AND c.bucket_at = :today AND c.dim_value = ''
LEFT JOIN stat_daily d ON d.project_id = p.id AND d.metric = 'mau' AND d.dim = '' AND d.bucket_at = :yesterday AND d.dim_value = ''
LEFT JOIN stat_hourly s ON s.project_id = p.id AND s.dim = '' AND s.bucket_at >= :from_at AND s.bucket_at < :to_at
	AND s.metric IN ('sign_ups', 'sign_ins', 'sign_in_failures', 'token_issues', 'key_uses', 'validations', 'activations', 'payments', 'errors',
		'deliveries', 'usage')
WHERE p.id = :project_id
ORDER BY s.bucket_at, s.metric
LIMIT 3000;

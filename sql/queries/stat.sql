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

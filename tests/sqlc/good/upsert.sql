-- expect: int64_t window_start_at;
-- Each unique key holds the tenant.

-- name: upsert :exec
INSERT INTO sign_in_throttles (project_id, kind, subject_digest, count, window_start_at)
VALUES (:project_id, :kind, :subject_digest, 1, :window_start_at)
ON DUPLICATE KEY UPDATE count = IF(window_start_at = VALUES(window_start_at), count + 1, 1), window_start_at = VALUES(window_start_at);

-- Tests of connectors: begun and answered by requests, walked by job workers.

-- name: connector_test_insert :exec
INSERT INTO connector_tests (project_id, id, url, status, report, created_at, expires_at)
VALUES (:project_id, :id, :url, 'running', NULL, :now, :expires_at);

-- name: connector_test_get :one
-- row: connector_test_row
SELECT t.id, t.url, t.status, t.report, t.created_at, t.expires_at
FROM connector_tests t
WHERE t.project_id = :project_id AND t.id = :id AND t.expires_at > :now;

-- One row: it goes on, and whoever comes second is too late.
-- name: connector_test_resume :exec
UPDATE connector_tests SET status = 'running' WHERE project_id = :project_id AND id = :id AND status = 'waiting';

-- name: connector_test_write :exec
UPDATE connector_tests SET status = :status, report = :report WHERE project_id = :project_id AND id = :id;

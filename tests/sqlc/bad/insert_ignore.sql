-- expect: INSERT IGNORE hides every error
-- It hides every error.

-- name: insert_ignore :exec
INSERT IGNORE INTO event_queue (project_id, event_id) VALUES (:project_id, :event_id);

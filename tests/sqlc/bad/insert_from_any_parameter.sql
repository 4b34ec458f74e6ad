-- expect: event_queue.project_id is the tenant: set it from :project_id
-- The same for what is stored.

-- name: insert_from_any_parameter :exec
INSERT INTO event_queue (project_id, event_id) VALUES (:asked, :event_id);

-- expect: e isn't bound to one tenant
-- Rows of all projects.

-- name: insert_select_unbound :exec
INSERT INTO event_queue (project_id, event_id) SELECT e.project_id, e.id FROM events e WHERE e.id = :event_id;

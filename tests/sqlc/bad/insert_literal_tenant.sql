-- expect: event_queue.project_id is the tenant: set it from a parameter
-- A row of nobody's.

-- name: insert_literal_tenant :exec
INSERT INTO event_queue (project_id, event_id) VALUES ('prj_0000000000000001', :event_id);

-- expect: 1 values for 2 columns
-- Three columns, two values.

-- name: too_few_values :exec
INSERT INTO event_queue (project_id, event_id) VALUES (:project_id);

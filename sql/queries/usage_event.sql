-- What was counted (licensing.md rule 31).

-- Of two of one key at once the second meets the primary key.
-- name: usage_event_insert :exec
INSERT INTO usage_events (project_id, meter_key, event_key, subject_id, quantity, result, occurred_at, expires_at)
VALUES (:project_id, :meter_key, :event_key, :subject_id, :quantity, :result, :occurred_at, :expires_at);

-- An old one makes room for its namesake before the purge has come to it.
-- name: usage_event_drop_old :exec
DELETE FROM usage_events
WHERE project_id = :project_id AND meter_key = :meter_key AND event_key = :event_key AND expires_at <= :now;

-- name: usage_event_delete_meter :exec
DELETE FROM usage_events WHERE project_id = :project_id AND meter_key = :meter_key;

-- name: usage_event_delete_subject :exec
DELETE FROM usage_events WHERE project_id = :project_id AND subject_id = :subject_id;

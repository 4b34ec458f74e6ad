-- What happened in a project, and the queue from which it is fanned out.

-- An event of Gatehouse's own.
-- name: event_insert :exec
INSERT INTO events (project_id, id, type, source, source_key, subject_id, actor_id, data, created_at)
VALUES (:project_id, :id, :type, 'platform', '-', :subject_id, :actor_id, :data, :now);

-- Goes with every event, in the same transaction.
-- name: event_queue_insert :exec
INSERT INTO event_queue (project_id, event_id) VALUES (:project_id, :event_id);

-- What happened in a project, and the queue from which it is fanned out.

-- An event of Gatehouse's own.
-- name: event_insert :exec
INSERT INTO events (project_id, id, type, source, source_key, subject_id, actor_id, data, created_at)
VALUES (:project_id, :id, :type, 'platform', '-', :subject_id, :actor_id, :data, :now);

-- Goes with every event, in the same transaction.
-- name: event_queue_insert :exec
INSERT INTO event_queue (project_id, event_id) VALUES (:project_id, :event_id);

-- name: event_get :one
-- row: event_row
SELECT e.id, e.type, e.sequence, e.source, e.subject_id, e.actor_id, e.data, e.created_at
FROM events e
WHERE e.project_id = :project_id AND e.id = :id;

-- Newest first; type_pattern is a LIKE pattern (family.%).
-- name: event_list :many
-- row: event_row
SELECT e.id, e.type, e.sequence, e.source, e.subject_id, e.actor_id, e.data, e.created_at
FROM events e
WHERE e.project_id = :project_id
	AND (:type_1 IS NULL OR e.type LIKE :type_1 ESCAPE '!' OR e.type LIKE :type_2 ESCAPE '!' OR e.type LIKE :type_3 ESCAPE '!'
		OR e.type LIKE :type_4 ESCAPE '!')
	AND (:source IS NULL OR e.source = :source)
	AND (:subject_id IS NULL OR e.subject_id = :subject_id)
	AND (:from_at IS NULL OR e.created_at >= :from_at)
	AND (:to_at IS NULL OR e.created_at < :to_at)
	AND (:after_id IS NULL OR e.id < :after_id)
ORDER BY e.id DESC
LIMIT :limit;

-- name: event_count :one
SELECT COUNT(*) AS total
FROM events e
WHERE e.project_id = :project_id
	AND (:type_1 IS NULL OR e.type LIKE :type_1 ESCAPE '!' OR e.type LIKE :type_2 ESCAPE '!' OR e.type LIKE :type_3 ESCAPE '!'
		OR e.type LIKE :type_4 ESCAPE '!')
	AND (:source IS NULL OR e.source = :source)
	AND (:subject_id IS NULL OR e.subject_id = :subject_id)
	AND (:from_at IS NULL OR e.created_at >= :from_at)
	AND (:to_at IS NULL OR e.created_at < :to_at);

-- The project's newest sequence.
-- name: event_head :one
SELECT h.last_sequence FROM event_heads h WHERE h.project_id = :project_id;

-- In the order of their sequence; what has none yet isn't there.
-- name: event_tail :many
-- row: event_row
SELECT e.id, e.type, e.sequence, e.source, e.subject_id, e.actor_id, e.data, e.created_at
FROM events e
WHERE e.project_id = :project_id AND e.sequence > :after
ORDER BY e.sequence
LIMIT :limit;

-- expect: RETURNING isn't in MySQL
-- MySQL has no RETURNING.

-- name: returning :exec
DELETE FROM event_queue WHERE project_id = :project_id AND event_id = :event_id RETURNING event_id;

-- Meters of a project's own (licensing.md section 3).

-- name: meter_insert :exec
INSERT INTO meters (project_id, id, meter_key, unit, display_name, version, created_at, updated_at)
VALUES (:project_id, :id, :meter_key, :unit, :display_name, 1, :now, :now);

-- name: meter_get :one
-- row: meter_row
SELECT m.id, m.meter_key, m.unit, m.display_name, m.version, m.created_at, m.updated_at
FROM meters m
WHERE m.project_id = :project_id AND m.id = :id;

-- name: meter_find :one
-- row: meter_row
SELECT m.id, m.meter_key, m.unit, m.display_name, m.version, m.created_at, m.updated_at
FROM meters m
WHERE m.project_id = :project_id AND m.meter_key = :meter_key;

-- The newest first.
-- name: meter_list :many
-- row: meter_row
SELECT m.id, m.meter_key, m.unit, m.display_name, m.version, m.created_at, m.updated_at
FROM meters m
WHERE m.project_id = :project_id AND (:after_id IS NULL OR m.id < :after_id)
ORDER BY m.id DESC
LIMIT :limit;

-- name: meter_count :one
SELECT COUNT(*) AS total FROM meters m WHERE m.project_id = :project_id;

-- Written first: of two that change it the second reads what the first wrote.
-- name: meter_guard :exec
UPDATE meters SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id;

-- name: meter_update :exec
UPDATE meters SET unit = :unit, display_name = :display_name
WHERE project_id = :project_id AND id = :id;

-- name: meter_delete :exec
DELETE FROM meters WHERE project_id = :project_id AND id = :id;

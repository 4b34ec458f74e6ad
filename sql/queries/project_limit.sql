-- How much of each meter a project may use in a month (licensing.md section 3).

-- name: project_limit_list :many
-- row: project_limit_row
SELECT l.meter_key, l.limit_value
FROM project_limits l
WHERE l.project_id = :project_id
ORDER BY l.meter_key;

-- name: project_limit_insert :exec
INSERT INTO project_limits (project_id, meter_key, limit_value) VALUES (:project_id, :meter_key, :limit_value);

-- name: project_limit_delete_all :exec
DELETE FROM project_limits WHERE project_id = :project_id;

-- name: project_limit_delete :exec
DELETE FROM project_limits WHERE project_id = :project_id AND meter_key = :meter_key;

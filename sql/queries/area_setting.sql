-- Settings of a project, one JSON object per area; an area without a row has the defaults.

-- name: area_setting_get :one
SELECT a.body, a.secret_sealed, a.version, a.updated_at
FROM area_settings a
WHERE a.project_id = :project_id AND a.area = :area;

-- Makes the row or takes its lock: what is read next can't change before COMMIT.
-- name: area_setting_touch :exec
INSERT INTO area_settings (project_id, area, body, secret_sealed, version, updated_at)
VALUES (:project_id, :area, '{}', NULL, 0, :now)
ON DUPLICATE KEY UPDATE version = version + 1, updated_at = VALUES(updated_at);

-- As if nothing had ever been set.
-- name: area_setting_delete_all :exec
DELETE FROM area_settings WHERE project_id = :project_id;

-- name: area_setting_set :exec
-- param: has_secret bool
UPDATE area_settings a
SET a.body = :body, a.secret_sealed = IF(:has_secret, :secret_sealed, a.secret_sealed), a.version = a.version + 1, a.updated_at = :now
WHERE a.project_id = :project_id AND a.area = :area;

-- name: area_setting_sealed :one
SELECT a.body, a.secret_sealed, a.version, a.updated_at
FROM area_settings a
WHERE a.project_id = :project_id AND a.area = :area;

-- For areas that only handlers write, behind the organization's guard.
-- name: area_setting_put :exec
INSERT INTO area_settings (project_id, area, body, secret_sealed, version, updated_at)
VALUES (:project_id, :area, :body, :secret_sealed, 1, :now)
ON DUPLICATE KEY UPDATE body = VALUES(body), secret_sealed = VALUES(secret_sealed), version = version + 1,
	updated_at = VALUES(updated_at);

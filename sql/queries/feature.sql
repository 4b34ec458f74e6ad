-- Features, and what somebody has of them (licensing.md rule 23).

-- name: feature_insert :exec
INSERT INTO features (project_id, id, feature_key, type, default_value, meter_key, description, version, created_at, updated_at)
VALUES (:project_id, :id, :feature_key, :type, :default_value, :meter_key, :description, 1, :now, :now);

-- name: feature_get :one
-- row: feature_row
SELECT f.id, f.feature_key, f.type, f.default_value, f.meter_key, f.description, f.version, f.created_at, f.updated_at
FROM features f
WHERE f.project_id = :project_id AND f.id = :id;

-- The newest first.
-- name: feature_list :many
-- row: feature_row
SELECT f.id, f.feature_key, f.type, f.default_value, f.meter_key, f.description, f.version, f.created_at, f.updated_at
FROM features f
WHERE f.project_id = :project_id AND (:after_id IS NULL OR f.id < :after_id)
ORDER BY f.id DESC
LIMIT :limit;

-- name: feature_count :one
SELECT COUNT(*) AS total FROM features f WHERE f.project_id = :project_id;

-- The guard of a change: written first.
-- name: feature_touch :exec
UPDATE features SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id;

-- name: feature_update :exec
UPDATE features SET default_value = :default_value, meter_key = :meter_key, description = :description
WHERE project_id = :project_id AND id = :id;

-- name: feature_delete :exec
DELETE FROM features WHERE project_id = :project_id AND id = :id;

-- Everything that has a say about a project's features for somebody, in a workspace or in none (NULL); feature_key NULL: of all of them.
-- name: feature_offer_list :many
SELECT f.id, f.feature_key, f.type, f.default_value, f.meter_key,
	v.plan_id AS plan_id, v.value AS plan_value,
	w.plan_id AS workspace_plan_id, w.value AS workspace_plan_value,
	o.subject_id AS override_subject_id, o.value AS override_value, o.expires_at AS override_expires_at,
	q.subject_id AS workspace_override_id, q.value AS workspace_override_value, c.used
FROM features f
LEFT JOIN usage_counters c ON c.project_id = f.project_id AND c.meter_key = f.meter_key AND c.subject_id = :subject_id AND c.period_at = :period_at
LEFT JOIN plans d ON d.project_id = f.project_id AND d.is_default = TRUE
LEFT JOIN plan_assignments a ON a.project_id = f.project_id AND a.subject_id = :subject_id AND (a.ends_at IS NULL OR a.ends_at > :now)
LEFT JOIN plan_features v ON v.project_id = f.project_id AND v.plan_id = IFNULL(a.plan_id, d.id) AND v.feature_id = f.id
LEFT JOIN plan_assignments b ON b.project_id = f.project_id AND b.subject_id = :workspace_id AND (b.ends_at IS NULL OR b.ends_at > :now)
LEFT JOIN plan_features w ON w.project_id = f.project_id AND w.plan_id = IFNULL(b.plan_id, d.id) AND w.feature_id = f.id
	AND :workspace_id IS NOT NULL
LEFT JOIN feature_overrides o ON o.project_id = f.project_id AND o.feature_id = f.id AND o.subject_id = :subject_id
	AND (o.expires_at IS NULL OR o.expires_at > :now)
LEFT JOIN feature_overrides q ON q.project_id = f.project_id AND q.feature_id = f.id AND q.subject_id = :workspace_id
	AND (q.expires_at IS NULL OR q.expires_at > :now)
WHERE f.project_id = :project_id AND (:feature_key IS NULL OR f.feature_key = :feature_key)
	AND (:after_key IS NULL OR f.feature_key > :after_key)
ORDER BY f.feature_key
LIMIT :limit;

-- name: feature_override_put :exec
INSERT INTO feature_overrides (project_id, subject_id, feature_id, value, expires_at)
VALUES (:project_id, :subject_id, :feature_id, :value, :expires_at)
ON DUPLICATE KEY UPDATE value = VALUES(value), expires_at = VALUES(expires_at);

-- name: feature_override_delete :exec
DELETE FROM feature_overrides
WHERE project_id = :project_id AND subject_id = :subject_id AND feature_id = :feature_id;

-- Who is gone takes them along.
-- name: feature_override_delete_all :exec
DELETE FROM feature_overrides WHERE project_id = :project_id AND subject_id = :subject_id;

-- Plans of a project, and what they give (licensing.md section 3).

-- name: plan_insert :exec
INSERT INTO plans (project_id, id, plan_key, display_name, price, currency, period, description, meters, trial_days, is_public, is_default,
	sort, is_archived, version, created_at, updated_at)
VALUES (:project_id, :id, :plan_key, :display_name, :price, :currency, :period, :description, :meters, :trial_days, :is_public, NULL,
	:sort, FALSE, 1, :now, :now);

-- name: plan_get :one
-- row: plan_row
SELECT p.id, p.plan_key, p.display_name, p.price, p.currency, p.period, p.description, p.meters, p.trial_days, p.is_public, p.is_default,
	p.sort, p.is_archived, p.version, p.created_at, p.updated_at
FROM plans p
WHERE p.project_id = :project_id AND p.id = :id;

-- name: plan_by_key :one
-- row: plan_row
SELECT p.id, p.plan_key, p.display_name, p.price, p.currency, p.period, p.description, p.meters, p.trial_days, p.is_public, p.is_default,
	p.sort, p.is_archived, p.version, p.created_at, p.updated_at
FROM plans p
WHERE p.project_id = :project_id AND p.plan_key = :plan_key;

-- As people shall see them. is_open: those alone that everybody may see. archived: NONE for both.
-- name: plan_list :many
-- row: plan_row
-- param: is_open bool
-- param: archived int
SELECT p.id, p.plan_key, p.display_name, p.price, p.currency, p.period, p.description, p.meters, p.trial_days, p.is_public, p.is_default,
	p.sort, p.is_archived, p.version, p.created_at, p.updated_at
FROM plans p
WHERE p.project_id = :project_id
	AND (:is_open = FALSE OR (p.is_public = TRUE AND p.is_archived = FALSE))
	AND (:archived IS NULL OR p.is_archived = :archived)
	AND (:after_id IS NULL OR p.sort > :after_sort OR (p.sort = :after_sort AND p.id > :after_id))
ORDER BY p.sort, p.id
LIMIT :limit;

-- name: plan_count :one
-- param: is_open bool
-- param: archived int
SELECT COUNT(*) AS total
FROM plans p
WHERE p.project_id = :project_id
	AND (:is_open = FALSE OR (p.is_public = TRUE AND p.is_archived = FALSE))
	AND (:archived IS NULL OR p.is_archived = :archived);

-- The guard of a change: written first.
-- name: plan_touch :exec
UPDATE plans SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id;

-- name: plan_update :exec
UPDATE plans
SET display_name = :display_name, price = :price, currency = :currency, period = :period, description = :description, meters = :meters,
	trial_days = :trial_days, is_public = :is_public, sort = :sort, is_archived = :is_archived
WHERE project_id = :project_id AND id = :id;

-- No plan is the default one now; only_id: it isn't, if it was.
-- name: plan_clear_default :exec
UPDATE plans SET is_default = NULL, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND is_default = TRUE AND (:only_id IS NULL OR id = :only_id);

-- name: plan_make_default :exec
UPDATE plans SET is_default = TRUE
WHERE project_id = :project_id AND id = :id;

-- Refused by foreign keys where somebody is on it.
-- name: plan_delete :exec
DELETE FROM plans
WHERE project_id = :project_id AND id = :id;

-- Whose plans they are.
-- name: plan_project :one
-- unscoped: a public client id is what finds the project
SELECT p.id
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
WHERE c.id = :client_id;

-- The values of a page of plans; plan_id: of one.
-- name: plan_feature_list :many
SELECT v.plan_id, f.feature_key, f.type, v.value
FROM plan_features v
JOIN features f ON f.project_id = v.project_id AND f.id = v.feature_id
WHERE v.project_id = :project_id AND (:plan_id IS NULL OR v.plan_id = :plan_id)
ORDER BY v.plan_id, f.feature_key
LIMIT 64000;

-- name: plan_feature_insert :exec
INSERT INTO plan_features (project_id, plan_id, feature_id, value)
VALUES (:project_id, :plan_id, :feature_id, :value);

-- name: plan_feature_delete_all :exec
DELETE FROM plan_features WHERE project_id = :project_id AND plan_id = :plan_id;

-- A project's license settings, its secret, and the keys that sign its answers.

-- name: license_settings_get :one
-- row: license_settings_row
SELECT s.secret_sealed, s.doc, s.version
FROM license_settings s
WHERE s.project_id = :project_id;

-- Of two that make the first row at once the second meets the primary key.
-- name: license_settings_insert :exec
INSERT INTO license_settings (project_id, secret_sealed, doc, version) VALUES (:project_id, :secret_sealed, '{}', 0);

-- The guard: what is read next can't change before COMMIT.
-- name: license_settings_guard :exec
UPDATE license_settings SET version = version + 1 WHERE project_id = :project_id;

-- name: license_settings_set :exec
UPDATE license_settings SET doc = :doc WHERE project_id = :project_id;

-- name: license_signing_key_insert :exec
INSERT INTO license_signing_keys (project_id, id, public_key, private_sealed, is_current, status, created_at)
VALUES (:project_id, :id, :public_key, :private_sealed, TRUE, 'current', :now);

-- name: license_signing_key_retire :exec
UPDATE license_signing_keys SET is_current = NULL, status = 'retired'
WHERE project_id = :project_id AND is_current = TRUE;

-- It never signs again, and is never published.
-- name: license_signing_key_revoke :exec
UPDATE license_signing_keys SET status = 'revoked', private_sealed = NULL
WHERE project_id = :project_id AND id = :id AND is_current IS NULL AND status = 'retired';

-- name: license_signing_key_get :one
-- row: license_signing_key_row
SELECT k.id, k.public_key, k.status, k.created_at
FROM license_signing_keys k
WHERE k.project_id = :project_id AND k.id = :id;

-- The newest first.
-- name: license_signing_key_list :many
-- row: license_signing_key_row
SELECT k.id, k.public_key, k.status, k.created_at
FROM license_signing_keys k
WHERE k.project_id = :project_id AND (:after_id IS NULL OR k.id < :after_id)
ORDER BY k.id DESC
LIMIT :limit;

-- name: license_signing_key_count :one
SELECT COUNT(*) AS total FROM license_signing_keys k WHERE k.project_id = :project_id;

-- What verifiers may need. No row: no project; one without a key: a project that has none yet.
-- name: license_signing_key_published :many
-- column: id text?
-- column: public_key bytes?
-- unscoped: a public client id is what finds the project
SELECT k.id, k.public_key
FROM projects p
LEFT JOIN license_signing_keys k ON k.project_id = p.id AND k.status <> 'revoked'
WHERE p.client_id = :client_id AND p.status = 'active'
ORDER BY k.id DESC
LIMIT 100;

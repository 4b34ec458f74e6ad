-- A project's sign-in providers.

-- name: social_provider_list :many
-- row: social_provider_row
SELECT s.provider, s.is_enabled, s.body, s.secret_sealed, s.version
FROM social_providers s
WHERE s.project_id = :project_id AND (:after_provider IS NULL OR s.provider > :after_provider)
ORDER BY s.provider
LIMIT :limit;

-- name: social_provider_count :one
SELECT COUNT(*) AS total
FROM social_providers s
WHERE s.project_id = :project_id;

-- name: social_provider_get :one
-- row: social_provider_row
SELECT s.provider, s.is_enabled, s.body, s.secret_sealed, s.version
FROM social_providers s
WHERE s.project_id = :project_id AND s.provider = :provider;

-- name: social_provider_put :exec
INSERT INTO social_providers (project_id, provider, is_enabled, body, secret_sealed, version)
VALUES (:project_id, :provider, :is_enabled, :body, :secret_sealed, 1)
ON DUPLICATE KEY UPDATE is_enabled = VALUES(is_enabled), body = VALUES(body), secret_sealed = VALUES(secret_sealed), version = version + 1;

-- What a check found; hits nothing when the settings have changed since it began.
-- name: social_provider_checked :exec
UPDATE social_providers s
SET s.body = :body, s.version = s.version + 1
WHERE s.project_id = :project_id AND s.provider = :provider AND s.version = :version;

-- name: social_provider_delete :exec
DELETE FROM social_providers WHERE project_id = :project_id AND provider = :provider;

-- name: social_provider_delete_all :exec
DELETE FROM social_providers WHERE project_id = :project_id;

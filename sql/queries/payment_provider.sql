-- By whom a project is paid (licensing.md section 3).

-- name: payment_provider_get :one
-- row: payment_provider_row
SELECT v.provider, v.connection_id, v.instructions, v.is_default, v.version, v.created_at, v.updated_at
FROM payment_providers v
WHERE v.project_id = :project_id AND v.provider = :provider;

-- The default one, else the first, of those whose key is there.
-- name: payment_provider_choose :one
-- row: payment_provider_row
SELECT v.provider, v.connection_id, v.instructions, v.is_default, v.version, v.created_at, v.updated_at
FROM payment_providers v
LEFT JOIN connections c ON c.project_id = v.project_id AND c.id = v.connection_id
WHERE v.project_id = :project_id AND (:provider IS NULL OR v.provider = :provider) AND (v.connection_id IS NULL OR c.active_key = TRUE)
ORDER BY v.is_default DESC, v.created_at, v.provider
LIMIT 1;

-- name: payment_provider_undefault :exec
UPDATE payment_providers SET is_default = NULL, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND provider <> :provider AND is_default = TRUE;

-- The organization's row is written before: of two at once the second sees the first.
-- name: payment_provider_put :exec
INSERT INTO payment_providers (project_id, provider, connection_id, instructions, is_default, version, created_at, updated_at)
VALUES (:project_id, :provider, :connection_id, :instructions, :is_default, 1, :now, :now)
ON DUPLICATE KEY UPDATE connection_id = VALUES(connection_id), instructions = VALUES(instructions), is_default = VALUES(is_default),
	version = version + 1, updated_at = VALUES(updated_at);

-- name: payment_provider_delete :exec
DELETE FROM payment_providers WHERE project_id = :project_id AND provider = :provider;

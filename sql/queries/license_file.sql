-- License files that were handed out (licensing.md rule 16).

-- Asked for behind the license's guard.
-- name: license_file_recent :one
SELECT COUNT(*) AS total
FROM license_files f
WHERE f.project_id = :project_id AND f.license_id = :license_id AND f.created_at > :since;

-- name: license_file_insert :exec
INSERT INTO license_files (project_id, id, license_id, activation_id, kid, file_expires_at, created_at)
VALUES (:project_id, :id, :license_id, :activation_id, :kid, :file_expires_at, :now);

-- The newest first.
-- name: license_file_list :many
-- row: license_file_row
SELECT f.id, f.license_id, f.activation_id, f.kid, f.file_expires_at, f.created_at
FROM license_files f
WHERE f.project_id = :project_id AND f.license_id = :license_id AND (:after_id IS NULL OR f.id < :after_id)
ORDER BY f.id DESC
LIMIT :limit;

-- name: license_file_count :one
SELECT COUNT(*) AS total FROM license_files f WHERE f.project_id = :project_id AND f.license_id = :license_id;

-- Backup codes, and the key of their set (a row of kind 'codes' among the person's factors).

-- name: backup_code_key_drop :exec
DELETE FROM user_factors
WHERE project_id = :project_id AND user_id = :user_id AND kind = 'codes';

-- name: backup_code_key_insert :exec
INSERT INTO user_factors (project_id, id, user_id, kind, name, secret_sealed, sign_count, is_backup_eligible, is_backed_up, created_at)
VALUES (:project_id, :id, :user_id, 'codes', '', :secret_sealed, 0, FALSE, FALSE, :now);

-- name: backup_code_key :one
SELECT f.id, f.secret_sealed
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.kind = 'codes'
ORDER BY f.id DESC
LIMIT 1;

-- name: backup_code_drop_all :exec
DELETE FROM backup_codes
WHERE project_id = :project_id AND user_id = :user_id;

-- name: backup_code_insert :exec
INSERT INTO backup_codes (project_id, user_id, code_digest)
VALUES (:project_id, :user_id, :code_digest);

-- Of two who type one code, the one whose UPDATE hits has used it (users.md rule 21).
-- name: backup_code_use :exec
UPDATE backup_codes b
SET b.used_at = :now
WHERE b.project_id = :project_id AND b.user_id = :user_id AND b.code_digest = :code_digest AND b.used_at IS NULL;

-- name: backup_code_left :one
SELECT COUNT(*) AS total
FROM backup_codes b
WHERE b.project_id = :project_id AND b.user_id = :user_id AND b.used_at IS NULL;

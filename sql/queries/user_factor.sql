-- Second factors and passkeys. What isn't confirmed is no factor; the row of kind 'codes' is the key of the backup codes.

-- The row is an UPDATE of what a person's page shows, and the guard of their factors: written first by whoever changes them. Hits nothing
-- when the person was deleted meanwhile.
-- name: user_factor_guard :exec
UPDATE users
SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :user_id AND status <> 'deleted';

-- name: user_factor_list :many
-- row: user_factor_row
SELECT f.id, f.user_id, f.kind, f.name, f.is_backed_up, f.created_at, f.confirmed_at, f.last_used_at
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.kind <> 'codes'
	AND (:after_id IS NULL OR f.id > :after_id)
ORDER BY f.id
LIMIT :limit;

-- name: user_factor_count :one
SELECT COUNT(*) AS total
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.kind <> 'codes';

-- name: user_factor_get :one
-- row: user_factor_row
SELECT f.id, f.user_id, f.kind, f.name, f.is_backed_up, f.created_at, f.confirmed_at, f.last_used_at
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.id = :id AND f.kind <> 'codes';

-- What a person can prove themselves by a second time.
-- name: user_factor_kinds :one
SELECT
	EXISTS (SELECT t.id FROM user_factors t WHERE t.project_id = u.project_id AND t.user_id = u.id AND t.kind = 'totp'
		AND t.confirmed_at IS NOT NULL) AS has_totp,
	EXISTS (SELECT p.id FROM user_factors p WHERE p.project_id = u.project_id AND p.user_id = u.id AND p.kind = 'passkey'
		AND p.confirmed_at IS NOT NULL) AS has_passkey,
	EXISTS (SELECT n.id FROM user_factors n WHERE n.project_id = u.project_id AND n.user_id = u.id AND n.kind = 'phone'
		AND n.confirmed_at IS NOT NULL) AS has_phone,
	EXISTS (SELECT b.code_digest FROM backup_codes b WHERE b.project_id = u.project_id AND b.user_id = u.id
		AND b.used_at IS NULL) AS has_backup_code
FROM users u
WHERE u.project_id = :project_id AND u.id = :user_id;

-- name: user_factor_rename :exec
UPDATE user_factors f
SET f.name = :name
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.id = :id AND f.kind <> 'codes';

-- name: user_factor_delete :exec
DELETE FROM user_factors
WHERE project_id = :project_id AND user_id = :user_id AND id = :id AND kind <> 'codes';

-- name: user_factor_delete_all :exec
DELETE FROM user_factors
WHERE project_id = :project_id AND user_id = :user_id;

-- ---- authenticator apps

-- name: user_factor_totp_insert :exec
INSERT INTO user_factors (project_id, id, user_id, kind, name, secret_sealed, sign_count, is_backup_eligible, is_backed_up, created_at)
VALUES (:project_id, :id, :user_id, 'totp', :name, :secret_sealed, 0, FALSE, FALSE, :now);

-- name: user_factor_totp_drop_pending :exec
DELETE FROM user_factors
WHERE project_id = :project_id AND user_id = :user_id AND kind = 'totp' AND confirmed_at IS NULL;

-- The one that counts, and the one that waits for its first code; a person has at most one of each.
-- name: user_factor_totp :many
SELECT f.id, f.name, f.secret_sealed, f.confirmed_at
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.kind = 'totp' AND (f.confirmed_at IS NOT NULL) = :is_confirmed
ORDER BY f.id
LIMIT 1;

-- name: user_factor_totp_confirm :exec
UPDATE user_factors f
SET f.confirmed_at = :now, f.last_step = :step, f.last_used_at = :now
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.id = :id AND f.kind = 'totp' AND f.confirmed_at IS NULL;

-- A new app takes the place of the one before.
-- name: user_factor_totp_drop_others :exec
DELETE FROM user_factors
WHERE project_id = :project_id AND user_id = :user_id AND kind = 'totp' AND id <> :id;

-- Accepts a step once: of two who send one code, the one whose UPDATE hits (users.md rule 20).
-- name: user_factor_totp_use :exec
UPDATE user_factors f
SET f.last_step = :step, f.last_used_at = :now
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.id = :id AND f.confirmed_at IS NOT NULL
	AND (f.last_step IS NULL OR f.last_step < :step);

-- ---- phones: a person has at most one; its number is what is sealed

-- name: user_factor_phone_insert :exec
INSERT INTO user_factors (project_id, id, user_id, kind, name, confirmed_at, secret_sealed, sign_count, is_backup_eligible, is_backed_up,
	created_at)
VALUES (:project_id, :id, :user_id, 'phone', :name, :now, :secret_sealed, 0, FALSE, FALSE, :now);

-- name: user_factor_phone_drop :exec
DELETE FROM user_factors
WHERE project_id = :project_id AND user_id = :user_id AND kind = 'phone';

-- name: user_factor_phone :one
SELECT f.id, f.secret_sealed
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.kind = 'phone';

-- name: user_factor_phone_used :exec
UPDATE user_factors f
SET f.last_used_at = :now
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.kind = 'phone';

-- ---- passkeys

-- name: user_factor_passkey_insert :exec
INSERT INTO user_factors (project_id, id, user_id, kind, name, confirmed_at, credential_id, credential_digest, public_key, sign_count,
	is_backup_eligible, is_backed_up, created_at)
VALUES (:project_id, :id, :user_id, 'passkey', :name, :now, :credential_id, :credential_digest, :public_key, :sign_count,
	:is_backup_eligible, :is_backed_up, :now);

-- name: user_factor_passkeys :many
SELECT f.credential_id
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id AND f.kind = 'passkey'
ORDER BY f.id
LIMIT 100;

-- name: user_factor_passkey :one
SELECT f.id, f.user_id, f.name, f.public_key, f.sign_count, f.is_backup_eligible, u.webauthn_handle
FROM user_factors f
JOIN users u ON u.project_id = f.project_id AND u.id = f.user_id
WHERE f.project_id = :project_id AND f.credential_digest = :credential_digest;

-- Takes the new count; of two who send one assertion, the one whose UPDATE hits. Authenticators without a counter always send 0.
-- name: user_factor_passkey_use :exec
UPDATE user_factors f
SET f.sign_count = :sign_count, f.is_backed_up = :is_backed_up, f.last_used_at = :now
WHERE f.project_id = :project_id AND f.id = :id AND (f.sign_count < :sign_count OR (f.sign_count = 0 AND :sign_count = 0));

-- What passkeys know the person by.
-- name: user_factor_handle :one
SELECT u.webauthn_handle, u.email, u.username, u.name
FROM users u
WHERE u.project_id = :project_id AND u.id = :user_id;

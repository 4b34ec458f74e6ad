-- The people of a project. Their row is the guard of their sessions, links and passwords: written first by whatever ends them.

-- name: user_insert :exec
INSERT INTO users (project_id, id, email, email_key, email_verified_at, name, locale, metadata, status, is_anonymous,
	webauthn_handle, token_version, version, created_at, updated_at)
VALUES (:project_id, :id, :email, :email_key, :email_verified_at, :name, :locale, '{}', 'active', FALSE,
	:webauthn_handle, :token_version, 1, :now, :now);

-- name: user_by_email :one
-- row: user_row
SELECT u.id, u.email, u.email_verified_at, u.name, u.username, u.locale, u.status, u.ban_expires_at, u.token_version, u.created_at
FROM users u
WHERE u.project_id = :project_id AND u.email_key = :email_key;

-- name: user_get :one
-- row: user_row
SELECT u.id, u.email, u.email_verified_at, u.name, u.username, u.locale, u.status, u.ban_expires_at, u.token_version, u.created_at
FROM users u
WHERE u.project_id = :project_id AND u.id = :id;

-- Hits only while the person may sign in and nothing has ended what they proved. A ban that is over lifts itself, a deletion under way
-- is called off.
-- name: user_signed_in :exec
UPDATE users
SET last_sign_in_at = :now, status = 'active', ban_reason = NULL, ban_expires_at = NULL, delete_at = NULL
WHERE project_id = :project_id AND id = :id AND token_version = :token_version
	AND (status = 'active' OR status = 'deletion_pending' OR (status = 'banned' AND ban_expires_at <= :now));

-- The first proof of the address; none when it was proven before.
-- name: user_prove_email :exec
UPDATE users
SET email_verified_at = :now, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND email_verified_at IS NULL;

-- Whatever was proven before is worth nothing from now on. proven_version: hits only while nothing else has ended that proof.
-- name: user_raise_token_version :exec
UPDATE users
SET token_version = token_version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND (:proven_version IS NULL OR token_version = :proven_version);

-- Whose chain takes what is recorded about a project's people.
-- name: user_project :one
SELECT p.org_id, p.name
FROM projects p
WHERE p.id = :project_id;

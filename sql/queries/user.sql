-- The people of a project. Their row is the guard of their sessions, links and passwords: written first by whatever ends them.

-- name: user_insert :exec
INSERT INTO users (project_id, id, email, email_key, email_verified_at, phone, phone_verified_at, username, external_id, name, locale,
	metadata, status, is_anonymous, is_made_by_member, webauthn_handle, token_version, version, created_at, updated_at)
VALUES (:project_id, :id, :email, :email_key, :email_verified_at, :phone, :phone_verified_at, :username, :external_id, :name, :locale,
	:metadata, :status, :is_anonymous, :is_made_by_member, :webauthn_handle, :token_version, 1, :now, :now);

-- name: user_by_email :one
-- row: user_row
SELECT u.id, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.username, u.name, u.locale, u.is_anonymous, u.status, u.ban_expires_at, u.token_version, u.created_at
FROM users u
WHERE u.project_id = :project_id AND u.email_key = :email_key;

-- name: user_by_phone :one
-- row: user_row
SELECT u.id, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.username, u.name, u.locale, u.is_anonymous, u.status, u.ban_expires_at, u.token_version, u.created_at
FROM users u
WHERE u.project_id = :project_id AND u.phone = :phone;

-- name: user_by_username :one
-- row: user_row
SELECT u.id, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.username, u.name, u.locale, u.is_anonymous, u.status, u.ban_expires_at, u.token_version, u.created_at
FROM users u
WHERE u.project_id = :project_id AND u.username = :username;

-- Of somebody who was deleted only the row is left, for a while.
-- name: user_get :one
-- row: user_row
SELECT u.id, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.username, u.name, u.locale, u.is_anonymous, u.status, u.ban_expires_at, u.token_version, u.created_at
FROM users u
WHERE u.project_id = :project_id AND u.id = :id AND u.status <> 'deleted';

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

-- name: user_maker :one
SELECT u.is_made_by_member
FROM users u
WHERE u.project_id = :project_id AND u.id = :id;

-- The first proof of the number; none when it was proven before, or is another one by now.
-- name: user_prove_phone :exec
UPDATE users
SET phone_verified_at = :now, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND phone = :phone AND phone_verified_at IS NULL;

-- A guest gets credentials, once. What they had stays theirs (users.md rule 27).
-- name: user_upgrade :exec
UPDATE users
SET email = :email, email_key = :email_key, email_verified_at = :email_verified_at, username = :username,
	name = :name, is_anonymous = FALSE, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND is_anonymous = TRUE;

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

-- What a PATCH names. An e-mail address or number that changes isn't proven any more, unless the PATCH says so.
-- name: user_update :exec
-- param: has_email bool
-- param: has_email_verified bool
-- param: email_verified bool
-- param: has_phone bool
-- param: has_phone_verified bool
-- param: phone_verified bool
-- param: has_username bool
-- param: has_external_id bool
-- param: has_name bool
-- param: has_locale bool
-- param: has_metadata bool
UPDATE users
SET email = IF(:has_email, :email, email), email_key = IF(:has_email, :email_key, email_key),
	email_verified_at = IF(:has_email_verified, IF(:email_verified, COALESCE(email_verified_at, :now), NULL), email_verified_at),
	phone = IF(:has_phone, :phone, phone),
	phone_verified_at = IF(:has_phone_verified, IF(:phone_verified, COALESCE(phone_verified_at, :now), NULL), phone_verified_at),
	username = IF(:has_username, :username, username), external_id = IF(:has_external_id, :external_id, external_id),
	name = IF(:has_name, :name, name), locale = IF(:has_locale, :locale, locale),
	metadata = IF(:has_metadata, :metadata, metadata), version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND status <> 'deleted';

-- What ends with it (sessions, tokens) is ended by the caller. Who asked to be deleted still goes at their time, unless they are made active;
-- a lifted ban leaves them waiting for it.
-- name: user_set_status :exec
UPDATE users
SET delete_at = IF(:status = 'active' AND status <> 'banned', NULL, delete_at),
	status = IF(:status = 'active' AND status = 'banned' AND delete_at IS NOT NULL, 'deletion_pending', :status),
	ban_reason = :ban_reason, ban_expires_at = :ban_expires_at, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND status <> 'deleted';

-- Nothing of the person stays but the id; purge_at: when that goes as well. Hits once.
-- name: user_erase :exec
UPDATE users
SET email = NULL, email_key = NULL, email_verified_at = NULL, phone = NULL, phone_verified_at = NULL, username = NULL, external_id = NULL,
	name = '', locale = NULL, image_digest = NULL, metadata = '{}', status = 'deleted', ban_reason = NULL, ban_expires_at = NULL,
	delete_at = :purge_at, token_version = token_version + 1, version = version + 1, last_sign_in_at = NULL, updated_at = :now
WHERE project_id = :project_id AND id = :id AND status <> 'deleted';

-- name: user_sessions_delete :exec
DELETE FROM sessions WHERE project_id = :project_id AND user_id = :user_id;

-- name: user_tokens_delete :exec
DELETE FROM one_time_tokens WHERE project_id = :project_id AND user_id = :user_id;

-- name: user_flows_delete :exec
DELETE FROM flows WHERE project_id = :project_id AND user_id = :user_id;

-- The log of what was mailed to them, what waits to be sent included.
-- name: user_messages_delete :exec
DELETE FROM messages WHERE project_id = :project_id AND user_id = :user_id;

-- ---- people of the console: their organizations ----

-- The guards of the organizations they own, written before anybody counts owners.
-- name: user_guard_owned_orgs :exec
-- unscoped: the person's own memberships, whatever the organization
UPDATE orgs o
JOIN members m ON m.org_id = o.id AND m.role = 'owner'
SET o.guard = o.guard + 1
WHERE m.console_id = :project_id AND m.user_id = :user_id;

-- Organizations that nobody else who may sign in owns.
-- name: user_count_sole_owned :one
-- unscoped: the person's own memberships, whatever the organization
SELECT COUNT(*) AS total
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
WHERE m.console_id = :project_id AND m.user_id = :user_id AND m.role = 'owner'
	AND NOT EXISTS (SELECT 1 FROM members x JOIN users u ON u.project_id = x.console_id AND u.id = x.user_id AND u.status = 'active'
		WHERE x.org_id = m.org_id AND x.role = 'owner' AND x.user_id <> m.user_id);

-- Memberships, with the project that an organization's events go to.
-- name: user_memberships :many
-- column: image_url text?
-- unscoped: the person's own memberships, whatever the organization
SELECT m.id, m.org_id, m.user_id, u.name, u.email, NULL AS image_url, m.role, m.joined_via, m.created_at, m.last_seen_at, m.version,
	o.default_project_id
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
JOIN orgs o ON o.id = m.org_id
WHERE m.console_id = :project_id AND m.user_id = :user_id
ORDER BY m.org_id;

-- The person's row as the guard of what they sign in with.
-- name: user_guard :exec
UPDATE users
SET updated_at = :now
WHERE project_id = :project_id AND id = :id;

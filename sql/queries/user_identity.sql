-- People's accounts at providers.

-- name: user_identity_find :one
-- row: user_identity_row
SELECT i.id, i.user_id, i.provider, i.subject, i.email, i.is_email_verified, i.linked_at, i.last_used_at
FROM user_identities i
WHERE i.project_id = :project_id AND i.provider = :provider AND i.subject = :subject;

-- name: user_identity_get :one
-- row: user_identity_row
SELECT i.id, i.user_id, i.provider, i.subject, i.email, i.is_email_verified, i.linked_at, i.last_used_at
FROM user_identities i
WHERE i.project_id = :project_id AND i.user_id = :user_id AND i.id = :id;

-- name: user_identity_list :many
-- row: user_identity_row
SELECT i.id, i.user_id, i.provider, i.subject, i.email, i.is_email_verified, i.linked_at, i.last_used_at
FROM user_identities i
WHERE i.project_id = :project_id AND i.user_id = :user_id AND (:after_id IS NULL OR i.id > :after_id)
ORDER BY i.id
LIMIT :limit;

-- name: user_identity_count :one
SELECT COUNT(*) AS total
FROM user_identities i
WHERE i.project_id = :project_id AND i.user_id = :user_id;

-- Does anybody sign in with this provider?
-- name: user_identity_of_provider :one
SELECT i.id
FROM user_identities i
WHERE i.project_id = :project_id AND i.provider = :provider
ORDER BY i.subject
LIMIT 1;

-- name: user_identity_insert :exec
INSERT INTO user_identities (project_id, id, user_id, provider, subject, email, is_email_verified, linked_at, last_used_at)
VALUES (:project_id, :id, :user_id, :provider, :subject, :email, :is_email_verified, :now, :now);

-- name: user_identity_used :exec
UPDATE user_identities i
SET i.email = :email, i.is_email_verified = :is_email_verified, i.last_used_at = :now
WHERE i.project_id = :project_id AND i.id = :id;

-- name: user_identity_delete :exec
DELETE FROM user_identities WHERE project_id = :project_id AND user_id = :user_id AND id = :id;

-- Whoever linked them may not be who reads the mailbox that was just proven (users.md rule 19).
-- name: user_identity_drop_all :exec
DELETE FROM user_identities WHERE project_id = :project_id AND user_id = :user_id;

-- How many ways in a person has.
-- name: user_ways_in :one
SELECT u.email_verified_at, u.phone,
	(SELECT COUNT(*) FROM user_passwords w WHERE w.project_id = :project_id AND w.user_id = :id) AS password_count,
	(SELECT COUNT(*) FROM user_identities i WHERE i.project_id = :project_id AND i.user_id = :id) AS identity_count,
	(SELECT COUNT(*) FROM user_factors f WHERE f.project_id = :project_id AND f.user_id = :id AND f.kind = 'passkey') AS passkey_count
FROM users u
WHERE u.project_id = :project_id AND u.id = :id;

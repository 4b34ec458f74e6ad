-- Addresses and numbers that users want and have yet to prove.

-- Takes the older one's place, unless too many wrong codes have locked it.
-- name: contact_change_replace :exec
UPDATE contact_changes c
SET c.target = :target, c.code_digest = :code_digest, c.code_tries = 0, c.code_expires_at = :code_expires_at,
	c.token_digest = :token_digest, c.locked_until = NULL, c.expires_at = :expires_at
WHERE c.project_id = :project_id AND c.user_id = :user_id AND c.kind = :kind
	AND (c.locked_until IS NULL OR c.locked_until <= :now);

-- name: contact_change_insert :exec
INSERT INTO contact_changes (project_id, user_id, kind, target, code_digest, code_tries, code_expires_at, token_digest, expires_at)
VALUES (:project_id, :user_id, :kind, :target, :code_digest, 0, :code_expires_at, :token_digest, :expires_at);

-- Spends a try before the code is compared. None left, or the code is too old: hits nothing.
-- name: contact_change_spend_try :exec
UPDATE contact_changes c
SET c.locked_until = IF(c.code_tries + 1 >= :tries_max, :locked_until, NULL), c.code_tries = c.code_tries + 1
WHERE c.project_id = :project_id AND c.user_id = :user_id AND c.kind = :kind
	AND c.code_expires_at > :now AND c.code_tries < :tries_max;

-- name: contact_change_get :one
SELECT c.target, c.code_digest, c.token_digest
FROM contact_changes c
WHERE c.project_id = :project_id AND c.user_id = :user_id AND c.kind = :kind AND c.expires_at > :now;

-- Of two right proofs the one whose DELETE hits counts.
-- name: contact_change_take :exec
DELETE FROM contact_changes
WHERE project_id = :project_id AND user_id = :user_id AND kind = :kind AND code_digest = :code_digest AND expires_at > :now;

-- What was asked for before the password or the address changed counts no more.
-- name: contact_change_void :exec
DELETE FROM contact_changes
WHERE project_id = :project_id AND user_id = :user_id;

-- What was mailed as a link, by digest.

-- name: one_time_token_insert :exec
INSERT INTO one_time_tokens (project_id, token_digest, purpose, user_id, flow_id, target, expires_at)
VALUES (:project_id, :token_digest, :purpose, :user_id, :flow_id, :target, :expires_at);

-- Of any number who post the same link, the one whose UPDATE hits has used it.
-- name: one_time_token_use :exec
UPDATE one_time_tokens t
SET t.used_at = :now
WHERE t.project_id = :project_id AND t.token_digest = :token_digest AND t.used_at IS NULL AND t.expires_at > :now;

-- name: one_time_token_get :one
SELECT t.purpose, t.user_id, t.flow_id, t.target
FROM one_time_tokens t
WHERE t.project_id = :project_id AND t.token_digest = :token_digest;

-- A newer one of its kind was made.
-- name: one_time_token_void :exec
UPDATE one_time_tokens t
SET t.used_at = :now
WHERE t.project_id = :project_id AND t.user_id = :user_id AND t.purpose = :purpose AND t.used_at IS NULL;

-- Everything mailed to a person: their password is new, or their sessions end.
-- name: one_time_token_void_all :exec
UPDATE one_time_tokens t
SET t.used_at = :now
WHERE t.project_id = :project_id AND t.user_id = :user_id AND t.used_at IS NULL;

-- Takes the challenge of a passkey ceremony away before its answer is looked at. Whose DELETE hits may look.
-- name: one_time_token_take :exec
DELETE FROM one_time_tokens
WHERE project_id = :project_id AND token_digest = :token_digest AND purpose = :purpose AND target = :target AND used_at IS NULL
	AND expires_at > :now;

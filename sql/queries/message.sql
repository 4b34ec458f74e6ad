-- The outbox of mails, as its writers see it.

-- How many a recipient has had lately, whatever became of them.
-- name: message_recent :one
-- column: in_minute int
-- column: in_hour int
-- column: in_day int
SELECT COALESCE(SUM(IF(m.created_at > :minute_ago, 1, 0)), 0) AS in_minute,
	COALESCE(SUM(IF(m.created_at > :hour_ago, 1, 0)), 0) AS in_hour,
	COUNT(*) AS in_day
FROM messages m
WHERE m.project_id = :project_id AND m.recipient_digest = :recipient_digest AND m.created_at > :day_ago;

-- How many messages of a template the project has had since then.
-- name: message_count_template :one
SELECT COUNT(*) AS total
FROM messages m
WHERE m.project_id = :project_id AND m.template = :template AND m.created_at > :since;

-- Writes nothing when is_real is false: what an address costs that nobody has (users.md rule 6).
-- name: message_insert :exec
-- param: is_real bool
INSERT INTO messages (project_id, id, channel, template, user_id, recipient, recipient_digest, payload_sealed, status, attempts,
	next_attempt_at, cause_digest, created_at)
SELECT p.id, :id, :channel, :template, :user_id, :recipient, :recipient_digest, :payload_sealed, 'queued', 0,
	:now, :cause_digest, :now
FROM projects p
WHERE p.id = :project_id AND :is_real = TRUE;

-- The outbox of mails, as its writers see it.

-- How many a recipient has had lately, whatever became of them. What was tried again counts anew, with all its times.
-- name: message_recent :one
-- column: in_minute int
-- column: in_hour int
-- column: in_day int
SELECT COALESCE(SUM(IF(COALESCE(m.retried_at, m.created_at) > :minute_ago, 1, 0)), 0) AS in_minute,
	COALESCE(SUM(IF(COALESCE(m.retried_at, m.created_at) > :hour_ago, 1 + m.retries, 0)), 0) AS in_hour,
	COALESCE(SUM(1 + m.retries), 0) AS in_day
FROM messages m
WHERE m.project_id = :project_id AND m.recipient_digest = :recipient_digest AND (m.created_at > :day_ago OR m.retried_at > :day_ago);

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

-- name: message_list :many
-- row: message_row
SELECT m.id, m.channel, m.template, m.recipient, m.user_id, m.status, m.attempts, m.last_error, m.is_repeated AS repeated, m.provider_message_id,
	m.next_attempt_at, m.created_at, m.sent_at
FROM messages m
WHERE m.project_id = :project_id
	AND (:template IS NULL OR m.template = :template)
	AND (:status IS NULL OR m.status = :status)
	AND (:user_id IS NULL OR m.user_id = :user_id)
	AND (:created_after IS NULL OR m.created_at > :created_after)
	AND (:after_id IS NULL OR m.id < :after_id)
ORDER BY m.id DESC
LIMIT :limit;

-- name: message_count :one
SELECT COUNT(*) AS total
FROM messages m
WHERE m.project_id = :project_id
	AND (:template IS NULL OR m.template = :template)
	AND (:status IS NULL OR m.status = :status)
	AND (:user_id IS NULL OR m.user_id = :user_id)
	AND (:created_after IS NULL OR m.created_at > :created_after);

-- name: message_get :one
-- row: message_row
SELECT m.id, m.channel, m.template, m.recipient, m.user_id, m.status, m.attempts, m.last_error, m.is_repeated AS repeated, m.provider_message_id,
	m.next_attempt_at, m.created_at, m.sent_at
FROM messages m
WHERE m.project_id = :project_id AND m.id = :id;

-- name: message_payload :one
SELECT m.status, m.payload_sealed
FROM messages m
WHERE m.project_id = :project_id AND m.id = :id;

-- Due now, with all its tries; one that a worker holds stays with it.
-- name: message_retry :exec
UPDATE messages m
SET m.status = 'queued', m.attempts = 0, m.next_attempt_at = :now, m.last_error = NULL, m.retries = m.retries + 1, m.retried_at = :now
WHERE m.project_id = :project_id AND m.id = :id AND m.status IN ('queued', 'failed', 'canceled')
	AND m.payload_sealed IS NOT NULL AND (m.lease_until IS NULL OR m.lease_until <= :now);

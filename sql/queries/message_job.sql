-- The outbox of mails, as its sender sees it: found by time, claimed by one conditional UPDATE, given back by another.

-- Messages whose turn has come and that nobody holds (any more).
-- name: message_job_due :many
-- unscoped: the sender serves every project
SELECT m.project_id, m.id
FROM messages m
WHERE m.status = 'queued' AND m.next_attempt_at <= :now AND (m.lease_until IS NULL OR m.lease_until <= :now)
ORDER BY m.next_attempt_at, m.project_id, m.id
LIMIT :limit;

-- One row: the message is ours until lease_until. None: another worker was first. Who still stands there died in the middle of a try,
-- perhaps after the other side had taken the message. (Assignments run from left to right.)
-- name: message_job_claim :exec
UPDATE messages m
SET m.is_repeated = IF(m.claimed_by IS NULL, m.is_repeated, TRUE), m.claimed_by = :worker, m.lease_until = :lease_until, m.attempts = m.attempts + 1
WHERE m.project_id = :project_id AND m.id = :id AND m.status = 'queued' AND m.next_attempt_at <= :now
	AND (m.lease_until IS NULL OR m.lease_until <= :now);

-- name: message_job_get :one
SELECT m.project_id, m.id, m.channel, m.template, m.recipient, m.payload_sealed, m.attempts, m.is_repeated, m.created_at,
	p.org_id, p.status AS project_status, p.meters_full_until
FROM messages m
JOIN projects p ON p.id = m.project_id AND p.id = :project_id
WHERE m.project_id = :project_id AND m.id = :id AND m.claimed_by = :worker;

-- It is with the mail server: what it said is forgotten here.
-- name: message_job_sent :exec
UPDATE messages m
SET m.status = 'sent', m.sent_at = :now, m.payload_sealed = NULL, m.next_attempt_at = NULL, m.last_error = NULL,
	m.provider_message_id = :provider_message_id, m.claimed_by = NULL, m.lease_until = NULL
WHERE m.project_id = :project_id AND m.id = :id AND m.status = 'queued' AND m.claimed_by = :worker;

-- is_unsure: the other side may have taken it.
-- name: message_job_later :exec
-- param: is_unsure bool
UPDATE messages m
SET m.next_attempt_at = :next_attempt_at, m.last_error = :last_error, m.is_repeated = IF(:is_unsure, TRUE, m.is_repeated),
	m.claimed_by = NULL, m.lease_until = NULL
WHERE m.project_id = :project_id AND m.id = :id AND m.status = 'queued' AND m.claimed_by = :worker;

-- The end without delivery: failed or canceled. What could still arrive in time is kept for somebody who lets it be tried again.
-- name: message_job_ended :exec
-- param: is_final bool
-- param: is_unsure bool
UPDATE messages m
SET m.status = :status, m.payload_sealed = IF(:is_final, NULL, m.payload_sealed), m.next_attempt_at = NULL, m.last_error = :last_error,
	m.is_repeated = IF(:is_unsure, TRUE, m.is_repeated), m.claimed_by = NULL, m.lease_until = NULL
WHERE m.project_id = :project_id AND m.id = :id AND m.status = 'queued' AND m.claimed_by = :worker;

-- When the longest waiting message was due; NULL when none is (readyz, doctor).
-- name: message_job_oldest_due :one
-- unscoped: the whole installation's outbox
-- column: due_at time?
SELECT MIN(m.next_attempt_at) AS due_at
FROM messages m
WHERE m.status = 'queued' AND m.next_attempt_at <= :now;

-- Failed sign-ins, counted per account or unknown identifier and per address, before the password is looked at (users.md rule 13).

-- One more. A row that has been quiet since quiet_since begins anew; window_start_at is when it last counted.
-- name: sign_in_throttle_count :exec
INSERT INTO sign_in_throttles (project_id, kind, subject_digest, subject, count, window_start_at, blocked_until_at)
VALUES (:project_id, :kind, :subject_digest, :subject, 1, :now, NULL)
ON DUPLICATE KEY UPDATE count = IF(window_start_at < :quiet_since, 1, count + 1), window_start_at = VALUES(window_start_at);

-- name: sign_in_throttle_get :one
SELECT t.count, t.blocked_until_at
FROM sign_in_throttles t
WHERE t.project_id = :project_id AND t.kind = :kind AND t.subject_digest = :subject_digest;

-- Both that a try was counted for.
-- name: sign_in_throttle_pair :one
SELECT a.count AS account_count, a.blocked_until_at AS account_blocked_until_at,
	i.count AS address_count, i.blocked_until_at AS address_blocked_until_at
FROM sign_in_throttles a
JOIN sign_in_throttles i ON i.project_id = a.project_id AND i.kind = 'ip' AND i.subject_digest = :address_digest
WHERE a.project_id = :project_id AND a.kind = 'account' AND a.subject_digest = :account_digest;

-- name: sign_in_throttle_block :exec
UPDATE sign_in_throttles t
SET t.blocked_until_at = :blocked_until_at
WHERE t.project_id = :project_id AND t.kind = :kind AND t.subject_digest = :subject_digest;

-- The account signed in, or has a new password.
-- name: sign_in_throttle_clear :exec
DELETE FROM sign_in_throttles
WHERE project_id = :project_id AND kind = 'account' AND subject_digest = :subject_digest;

-- The code to this number was right.
-- name: sign_in_throttle_clear_phone :exec
DELETE FROM sign_in_throttles
WHERE project_id = :project_id AND kind = 'phone' AND subject_digest = :subject_digest;

-- What was counted for this address turned out to be right. Others' failures stay counted.
-- name: sign_in_throttle_undo :exec
UPDATE sign_in_throttles t
SET t.count = GREATEST(t.count, 1) - 1, t.blocked_until_at = NULL
WHERE t.project_id = :project_id AND t.kind = 'ip' AND t.subject_digest = :subject_digest;

-- Whose UPDATE hits may report; at most one a minute.
-- name: sign_in_throttle_claim_report :exec
UPDATE sign_in_throttles t
SET t.window_start_at = :now, t.count = t.count + 1
WHERE t.project_id = :project_id AND t.kind = 'report' AND t.subject_digest = :subject_digest
	AND t.window_start_at <= :reported_before;

-- The first report of a subject: whose INSERT doesn't break the primary key may report.
-- name: sign_in_throttle_first_report :exec
INSERT INTO sign_in_throttles (project_id, kind, subject_digest, count, window_start_at, blocked_until_at)
VALUES (:project_id, 'report', :subject_digest, 1, :now, NULL);

-- Guards a recipient's mails: written first by whoever counts them.
-- name: sign_in_throttle_guard_recipient :exec
INSERT INTO sign_in_throttles (project_id, kind, subject_digest, count, window_start_at, blocked_until_at)
VALUES (:project_id, 'recipient', :subject_digest, 1, :now, NULL)
ON DUPLICATE KEY UPDATE count = count + 1, window_start_at = VALUES(window_start_at);

-- Those that keep somebody waiting now.
-- name: sign_in_throttle_list :many
-- row: sign_in_throttle_row
SELECT t.kind, t.subject_digest, t.subject, t.count, t.blocked_until_at
FROM sign_in_throttles t
WHERE t.project_id = :project_id AND t.blocked_until_at > :now
	AND (:after_kind IS NULL OR t.kind > :after_kind OR (t.kind = :after_kind AND t.subject_digest > :after_digest))
ORDER BY t.kind, t.subject_digest
LIMIT :limit;

-- name: sign_in_throttle_total :one
SELECT COUNT(*) AS total
FROM sign_in_throttles t
WHERE t.project_id = :project_id AND t.blocked_until_at > :now;

-- Somebody who may decided that enough has been waited. What waits for nobody isn't there to be reset.
-- name: sign_in_throttle_reset :exec
DELETE FROM sign_in_throttles
WHERE project_id = :project_id AND kind = :kind AND subject_digest = :subject_digest AND blocked_until_at > :now;

-- A try at a second factor or at a device's code. The window begins with its first try and isn't moved by later ones.
-- name: sign_in_throttle_count_window :exec
INSERT INTO sign_in_throttles (project_id, kind, subject_digest, subject, count, window_start_at, blocked_until_at)
VALUES (:project_id, :kind, :subject_digest, :subject, 1, :now, NULL)
ON DUPLICATE KEY UPDATE count = IF(window_start_at <= :window_since, 1, count + 1),
	window_start_at = IF(window_start_at <= :window_since, VALUES(window_start_at), window_start_at);

-- name: sign_in_throttle_window :one
SELECT t.count, t.window_start_at
FROM sign_in_throttles t
WHERE t.project_id = :project_id AND t.kind = :kind AND t.subject_digest = :subject_digest;

-- The try was right, so it doesn't count.
-- name: sign_in_throttle_undo_window :exec
UPDATE sign_in_throttles t
SET t.count = GREATEST(t.count, 1) - 1, t.blocked_until_at = NULL
WHERE t.project_id = :project_id AND t.kind = :kind AND t.subject_digest = :subject_digest;

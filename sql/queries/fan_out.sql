-- The fan-out: events leave their queue and get their sequence. Claimed across projects; after that everything binds its project.

-- Events that nobody holds (any more). Read, not locked: a transaction that has just queued one and takes its time holds up nobody.
-- name: fan_out_due :many
-- unscoped: the fan-out serves every project
SELECT q.project_id, q.event_id
FROM event_queue q
WHERE q.lease_until IS NULL OR q.lease_until <= :now
ORDER BY q.lease_until, q.event_id
LIMIT :limit;

-- One row: the event is this worker's until lease_until. None: another was first.
-- name: fan_out_claim :exec
UPDATE event_queue SET claimed_by = :worker, lease_until = :lease_until
WHERE project_id = :project_id AND event_id = :event_id AND (lease_until IS NULL OR lease_until <= :now);

-- What was claimed together, in the order in which the heads are written.
-- name: fan_out_claimed :many
-- unscoped: what one claim took, of any project
SELECT q.project_id, q.event_id
FROM event_queue q
WHERE q.lease_until = :lease_until AND q.claimed_by = :worker
ORDER BY q.project_id, q.event_id;

-- Written before anything else of the project: who holds it gives the next sequences.
-- name: fan_out_advance :exec
INSERT INTO event_heads (project_id, last_sequence) VALUES (:project_id, :count)
ON DUPLICATE KEY UPDATE last_sequence = last_sequence + VALUES(last_sequence);

-- name: fan_out_number :exec
UPDATE events SET sequence = :sequence
WHERE project_id = :project_id AND id = :event_id AND sequence IS NULL;

-- No row: somebody else holds it by now.
-- name: fan_out_leave :exec
DELETE FROM event_queue
WHERE project_id = :project_id AND event_id = :event_id AND claimed_by = :worker AND lease_until = :lease_until;

-- An event that has waited since before that id was made (readyz, doctor).
-- name: fan_out_late :one
-- unscoped: the whole installation's queue
SELECT q.event_id
FROM event_queue q
WHERE q.event_id < :before_id
ORDER BY q.lease_until, q.event_id
LIMIT 1;

-- Machines on licenses (licensing.md rules 4 to 9).

-- Those with a seat, the newest first; of a floating license those whose lease still runs.
-- name: activation_list :many
-- row: activation_row
SELECT a.id, a.license_id, a.seat, a.components, a.label, a.country, a.created_at, a.last_seen_at, a.lease_expires_at, a.end_reason
FROM activations a
WHERE a.project_id = :project_id AND a.license_id = :license_id AND a.seat IS NOT NULL
	AND (a.lease_expires_at IS NULL OR a.lease_expires_at > :now) AND (:after_id IS NULL OR a.id < :after_id)
ORDER BY a.id DESC
LIMIT :limit;

-- name: activation_insert :exec
INSERT INTO activations (project_id, id, license_id, seat, machine_digest, components, label, country, created_at, last_seen_at,
	lease_expires_at, ended_at, end_reason)
VALUES (:project_id, :id, :license_id, :seat, :machine_digest, :components, :label, :country, :now, :now, :lease_expires_at, NULL, NULL);

-- A seat is freed once, however many want to.
-- name: activation_end :exec
UPDATE activations SET seat = NULL, ended_at = :now, end_reason = :end_reason
WHERE project_id = :project_id AND license_id = :license_id AND id = :id AND seat IS NOT NULL;

-- name: activation_end_all :exec
UPDATE activations SET seat = NULL, ended_at = :now, end_reason = :end_reason
WHERE project_id = :project_id AND license_id = :license_id AND seat IS NOT NULL;

-- Seats whose lease is over are free; asked for behind the license's guard.
-- name: activation_end_leases :exec
UPDATE activations SET seat = NULL, ended_at = lease_expires_at, end_reason = 'lease_over'
WHERE project_id = :project_id AND license_id = :license_id AND seat IS NOT NULL AND lease_expires_at <= :now;

-- Hits once a window, so that what follows from it happens once.
-- name: activation_seen :exec
UPDATE activations SET last_seen_at = :now, country = :country, label = COALESCE(:label, label)
WHERE project_id = :project_id AND id = :id AND seat IS NOT NULL AND last_seen_at <= :seen_before;

-- A lease that runs longer, for a file that was handed out, stays as long.
-- name: activation_extend :exec
UPDATE activations SET lease_expires_at = GREATEST(lease_expires_at, :lease_expires_at), last_seen_at = :now
WHERE project_id = :project_id AND license_id = :license_id AND id = :id AND seat IS NOT NULL AND lease_expires_at > :now;

-- How many machines were released by those who use them.
-- name: activation_released :one
SELECT COUNT(*) AS total
FROM activations a
WHERE a.project_id = :project_id AND a.license_id = :license_id AND a.end_reason = 'released' AND a.ended_at > :since;

-- name: activation_get :one
-- row: activation_row
SELECT a.id, a.license_id, a.seat, a.components, a.label, a.country, a.created_at, a.last_seen_at, a.lease_expires_at, a.end_reason
FROM activations a
WHERE a.project_id = :project_id AND a.license_id = :license_id AND a.id = :id;

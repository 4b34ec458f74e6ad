-- Calls to the outside that wait for a job worker, and what came of them for the flow that asked.

-- name: job_insert :exec
INSERT INTO jobs (project_id, id, kind, dedup_digest, payload_sealed, attempts, run_at, created_at)
VALUES (:project_id, :id, :kind, NULL, :payload_sealed, 0, :now, :now);

-- Jobs whose turn has come and that nobody holds (any more).
-- name: job_due :many
-- unscoped: the workers serve every project
SELECT j.project_id, j.id
FROM jobs j
WHERE j.run_at <= :now AND (j.lease_until IS NULL OR j.lease_until <= :now)
ORDER BY j.run_at, j.project_id, j.id
LIMIT :limit;

-- One row: the job is ours until lease_until. None: another worker was first.
-- name: job_claim :exec
UPDATE jobs j
SET j.claimed_by = :worker, j.lease_until = :lease_until, j.attempts = j.attempts + 1
WHERE j.project_id = :project_id AND j.id = :id AND j.run_at <= :now AND (j.lease_until IS NULL OR j.lease_until <= :now);

-- name: job_get :one
SELECT j.project_id, j.id, j.kind, j.payload_sealed, j.attempts, j.created_at, p.org_id, p.status AS project_status
FROM jobs j
JOIN projects p ON p.id = j.project_id AND p.id = :project_id
WHERE j.project_id = :project_id AND j.id = :id AND j.claimed_by = :worker;

-- None: the lease ran out and somebody else has it.
-- name: job_done :exec
DELETE FROM jobs WHERE project_id = :project_id AND id = :id AND claimed_by = :worker;

-- Its turn comes again later.
-- name: job_again :exec
UPDATE jobs
SET run_at = :run_at, claimed_by = NULL, lease_until = NULL, last_error = :last_error
WHERE project_id = :project_id AND id = :id AND claimed_by = :worker;

-- name: flow_answer_insert :exec
INSERT INTO flow_answers (project_id, job_id, answer_sealed, expires_at)
VALUES (:project_id, :job_id, :answer_sealed, :expires_at);

-- name: flow_answer_get :one
SELECT r.answer_sealed
FROM flow_answers r
WHERE r.project_id = :project_id AND r.job_id = :job_id AND r.expires_at > :now;

-- name: flow_answer_delete :exec
DELETE FROM flow_answers WHERE project_id = :project_id AND job_id = :job_id;

-- One of a kind and digest at a time: who asks for the same while it waits or runs gets that one.
-- name: job_insert_once :exec
INSERT INTO jobs (project_id, id, kind, dedup_digest, payload_sealed, attempts, run_at, created_at)
VALUES (:project_id, :id, :kind, :dedup_digest, :payload_sealed, 0, :now, :now)
ON DUPLICATE KEY UPDATE kind = VALUES(kind);

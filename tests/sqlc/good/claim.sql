-- expect: const char *worker;
-- A job is claimed by an UPDATE with a lease.

-- name: claim :exec
UPDATE jobs SET claimed_by = :worker, lease_until = :now + INTERVAL :lease_s SECOND, attempts = attempts + 1
WHERE project_id = :project_id AND id = :id AND run_at <= :now AND (lease_until IS NULL OR lease_until < :now);

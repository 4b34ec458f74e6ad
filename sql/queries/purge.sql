-- What goes for good: deleted projects and organizations after their retention, and rows that time has overtaken. How the rows of
-- one project or organization go stands in the generated tenant_tables.c; here is what that can't know.

-- Deleted projects whose retention is over, the longest deleted first.
-- name: purge_projects_due :many
-- unscoped: the purge serves every organization
SELECT p.id, p.org_id
FROM projects p
WHERE p.status = 'deleted' AND p.deleted_at < :before
ORDER BY p.deleted_at, p.id
LIMIT :limit;

-- The last row of a project, once nothing hangs on it.
-- name: purge_project_row :exec
DELETE FROM projects WHERE org_id = :org_id AND id = :project_id AND status = 'deleted';

-- Deleted organizations whose retention is over and whose projects are gone.
-- name: purge_orgs_due :many
-- unscoped: the purge serves every organization
SELECT o.id
FROM orgs o
WHERE o.status = 'deleted' AND o.deleted_at < :before AND NOT EXISTS (SELECT p.id FROM projects p WHERE p.org_id = o.id)
ORDER BY o.deleted_at, o.id
LIMIT :limit;

-- Sessions that ran out by themselves.
-- name: purge_expired_sessions :exec
-- unscoped: the sweep serves every project
DELETE FROM sessions WHERE expires_at < :before ORDER BY expires_at, project_id, id LIMIT :limit;

-- Counters of failures, once neither the count nor a block can matter any more. An account's hundredth failure turns its password off
-- until it is set anew (THROTTLE_LOCK_COUNT): no sweep turns it on again.
-- name: purge_throttles :exec
-- unscoped: the sweep serves every project
DELETE FROM sign_in_throttles
WHERE window_start_at < :before AND (blocked_until_at IS NULL OR blocked_until_at < :before)
	AND (kind <> 'account' OR count < 100)
ORDER BY window_start_at, project_id, kind, subject_digest
LIMIT :limit;

-- Projects in the order of their ids, for what is pruned project by project.
-- name: purge_projects_after :many
-- unscoped: the pruning serves every project
SELECT p.id
FROM projects p
WHERE p.status = 'active' AND p.id > :after_id
ORDER BY p.id
LIMIT :limit;

-- Sessions that were ended. Ids sort by time: before_id keeps the search to the old ones.
-- name: purge_ended_sessions :exec
DELETE FROM sessions
WHERE project_id = :project_id AND id < :before_id AND revoked_at < :before
ORDER BY project_id, id
LIMIT :limit;

-- name: purge_messages :exec
DELETE FROM messages
WHERE project_id = :project_id AND id < :before_id AND status <> 'queued'
ORDER BY project_id, id
LIMIT :limit;

-- name: purge_events :exec
DELETE FROM events
WHERE project_id = :project_id AND id < :before_id
ORDER BY project_id, id
LIMIT :limit;

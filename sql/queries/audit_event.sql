-- The audit log: rows are only added here; the sealer gives them seq and hash.

-- name: audit_event_insert :exec
INSERT INTO audit_events (chain_id, id, org_id, project_id, action, actor_kind, actor_id, actor_label, target_type, target_id,
	target_label, result, changes, ip, user_agent, request_id, occurred_at)
VALUES (:chain_id, :id, :org_id, :project_id, :action, :actor_kind, :actor_id, :actor_label, :target_type, :target_id,
	:target_label, :result, :changes, :ip, :user_agent, :request_id, :now);

-- name: audit_event_get :one
-- row: audit_event_row
SELECT a.id, a.seq, a.chain_id, a.org_id, a.project_id, a.workspace_id, a.action, a.actor_kind, a.actor_id, a.actor_label, a.target_type,
	a.target_id, a.target_label, a.result, a.changes, a.ip, a.user_agent, a.request_id, a.occurred_at, a.hash
FROM audit_events a
WHERE a.chain_id = :chain_id AND a.id = :id;

-- Newest first.
-- name: audit_event_list :many
-- row: audit_event_row
SELECT a.id, a.seq, a.chain_id, a.org_id, a.project_id, a.workspace_id, a.action, a.actor_kind, a.actor_id, a.actor_label, a.target_type,
	a.target_id, a.target_label, a.result, a.changes, a.ip, a.user_agent, a.request_id, a.occurred_at, a.hash
FROM audit_events a
WHERE a.chain_id = :chain_id
	AND (:action IS NULL OR a.action = :action)
	AND (:actor_id IS NULL OR a.actor_id = :actor_id)
	AND (:target_id IS NULL OR a.target_id = :target_id)
	AND (:from_at IS NULL OR a.occurred_at >= :from_at)
	AND (:to_at IS NULL OR a.occurred_at < :to_at)
	AND (:after_id IS NULL OR a.id < :after_id)
ORDER BY a.id DESC
LIMIT :limit;

-- name: audit_event_count :one
SELECT COUNT(*) AS total
FROM audit_events a
WHERE a.chain_id = :chain_id
	AND (:action IS NULL OR a.action = :action)
	AND (:actor_id IS NULL OR a.actor_id = :actor_id)
	AND (:target_id IS NULL OR a.target_id = :target_id)
	AND (:from_at IS NULL OR a.occurred_at >= :from_at)
	AND (:to_at IS NULL OR a.occurred_at < :to_at);

-- Oldest first: what is exported.
-- name: audit_event_export :many
-- row: audit_event_row
SELECT a.id, a.seq, a.chain_id, a.org_id, a.project_id, a.workspace_id, a.action, a.actor_kind, a.actor_id, a.actor_label, a.target_type,
	a.target_id, a.target_label, a.result, a.changes, a.ip, a.user_agent, a.request_id, a.occurred_at, a.hash
FROM audit_events a
WHERE a.chain_id = :chain_id
	AND (:action IS NULL OR a.action = :action)
	AND (:actor_id IS NULL OR a.actor_id = :actor_id)
	AND (:target_id IS NULL OR a.target_id = :target_id)
	AND (:from_at IS NULL OR a.occurred_at >= :from_at)
	AND (:to_at IS NULL OR a.occurred_at < :to_at)
	AND a.id > :after_id
ORDER BY a.id
LIMIT :limit;

-- The audit log: rows are only added here; the sealer gives them seq and hash.

-- name: audit_event_insert :exec
INSERT INTO audit_events (chain_id, id, org_id, project_id, action, actor_kind, actor_id, actor_label, target_type, target_id,
	target_label, result, changes, ip, user_agent, request_id, occurred_at)
VALUES (:chain_id, :id, :org_id, :project_id, :action, :actor_kind, :actor_id, :actor_label, :target_type, :target_id,
	:target_label, :result, :changes, :ip, :user_agent, :request_id, :now);

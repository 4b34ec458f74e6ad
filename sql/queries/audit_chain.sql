-- The hash chains over the audit log (tenancy rule 38): heads, sealing, and reading a chain in its order.

-- Chains with rows that aren't sealed yet.
-- name: audit_chain_unsealed :many
-- unscoped: the sealer serves every chain
SELECT a.chain_id
FROM audit_events a
WHERE a.seq IS NULL
GROUP BY a.chain_id
ORDER BY a.chain_id
LIMIT :limit;

-- The head of a chain that is sealed for the first time; it stays as it is when it is there.
-- name: audit_chain_open :exec
INSERT INTO audit_chains (chain_id, seq, hash, sealed_at) VALUES (:chain_id, 0, :hash, NULL)
ON DUPLICATE KEY UPDATE seq = seq;

-- The first write of a sealing: whoever has done it seals alone.
-- name: audit_chain_hold :exec
UPDATE audit_chains SET sealed_at = :now WHERE chain_id = :chain_id;

-- name: audit_chain_head :one
SELECT c.seq, c.hash, c.sealed_at FROM audit_chains c WHERE c.chain_id = :chain_id;

-- Oldest first, as far as committed now.
-- name: audit_chain_pending :many
-- row: audit_event_row
SELECT a.id, a.seq, a.chain_id, a.org_id, a.project_id, a.workspace_id, a.action, a.actor_kind, a.actor_id, a.actor_label, a.target_type,
	a.target_id, a.target_label, a.result, a.changes, a.ip, a.user_agent, a.request_id, a.occurred_at, a.hash
FROM audit_events a
WHERE a.chain_id = :chain_id AND a.seq IS NULL
ORDER BY a.id
LIMIT :limit;

-- name: audit_chain_seal :exec
UPDATE audit_events SET seq = :seq, hash = :hash
WHERE chain_id = :chain_id AND id = :id AND seq IS NULL;

-- name: audit_chain_advance :exec
UPDATE audit_chains SET seq = :seq, hash = :hash, sealed_at = :now
WHERE chain_id = :chain_id AND seq = :previous_seq;

-- Sealed rows from a seq on.
-- name: audit_chain_rows :many
-- row: audit_event_row
SELECT a.id, a.seq, a.chain_id, a.org_id, a.project_id, a.workspace_id, a.action, a.actor_kind, a.actor_id, a.actor_label, a.target_type,
	a.target_id, a.target_label, a.result, a.changes, a.ip, a.user_agent, a.request_id, a.occurred_at, a.hash
FROM audit_events a
WHERE a.chain_id = :chain_id AND a.seq >= :from_seq AND a.seq <= :to_seq
ORDER BY a.seq
LIMIT :limit;

-- name: audit_chain_hash_at :one
SELECT a.hash FROM audit_events a WHERE a.chain_id = :chain_id AND a.seq = :seq;

-- The first row above the head: none, unless somebody put it there. One statement, so that a sealing under way can't be taken for that.
-- name: audit_chain_beyond_head :one
-- column: seq int?
SELECT MIN(a.seq) AS seq
FROM audit_events a
JOIN audit_chains c ON c.chain_id = a.chain_id AND c.chain_id = :chain_id
WHERE a.chain_id = :chain_id AND a.seq > c.seq;

-- name: audit_chain_count_unsealed :one
SELECT COUNT(*) AS unsealed FROM audit_events a WHERE a.chain_id = :chain_id AND a.seq IS NULL;

-- A row that waits for its seal since before that id was made (readyz, doctor).
-- name: audit_chain_late :one
-- unscoped: the whole installation's audit log
SELECT a.id
FROM audit_events a
WHERE a.seq IS NULL AND a.id < :before_id
ORDER BY a.seq, a.chain_id, a.id
LIMIT 1;

-- Every chain, for those that look after all of them.
-- name: audit_chain_list :many
-- unscoped: gatehousectl looks after the whole installation
SELECT c.chain_id FROM audit_chains c WHERE c.chain_id > :after_id ORDER BY c.chain_id LIMIT :limit;

-- Whose chain it is, by any row of it: the organization may be gone.
-- name: audit_chain_owner :one
SELECT a.org_id
FROM audit_events a
WHERE a.chain_id = :chain_id
ORDER BY a.id
LIMIT 1;

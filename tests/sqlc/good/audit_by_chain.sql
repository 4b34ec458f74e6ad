-- expect: struct bytes hash;	/* may be NULL */
-- A chain is an organization's or a project's.

-- name: audit_by_chain :many
SELECT a.id, a.seq, a.hash FROM audit_events a WHERE a.chain_id = :chain_id AND a.id < :before_id ORDER BY a.id DESC LIMIT :limit;

-- When keys and sessions were last used, written in batches from what the workers noted in shared memory.

-- Never backwards: a second machine may have written a later use already.
-- name: usage_key_used :exec
-- unscoped: the id is of a key that has just been authenticated, whatever its organization
UPDATE api_keys SET last_used_at = :at
WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at);

-- A session of the console, and the organization it worked in last (NULL: as it was).
-- name: usage_session_seen :exec
UPDATE sessions SET last_seen_at = GREATEST(last_seen_at, :at), org_id = COALESCE(:org_id, org_id)
WHERE project_id = :console_id AND id = :id;

-- When keys, client secrets and sessions were last used, written in batches from what the workers noted in shared memory.

-- Never backwards: a second machine may have written a later use already.
-- name: usage_key_used :exec
-- unscoped: the id is of a key that has just been authenticated, whatever its organization
UPDATE api_keys SET last_used_at = :at
WHERE id = :id AND (last_used_at IS NULL OR last_used_at < :at);

-- A session, and of the console's the organization it worked in last (NULL: as it was).
-- name: usage_session_seen :exec
UPDATE sessions SET last_seen_at = GREATEST(last_seen_at, :at), org_id = COALESCE(:org_id, org_id)
WHERE project_id = :project_id AND id = :id;

-- When a member was last at work in the organization, by a browser.
-- name: usage_member_seen :exec
UPDATE members SET last_seen_at = :at
WHERE org_id = :org_id
	AND user_id = (SELECT s.user_id FROM sessions s WHERE s.project_id = :console_id AND s.id = :id)
	AND (last_seen_at IS NULL OR last_seen_at < :at);

-- The same by a personal token; a service key is nobody's.
-- name: usage_token_seen :exec
-- unscoped: the id is of a token that has just been authenticated, whatever its organization
UPDATE members SET last_seen_at = :at
WHERE org_id = (SELECT k.org_id FROM api_keys k WHERE k.id = :id)
	AND user_id = (SELECT k.user_id FROM api_keys k WHERE k.id = :id)
	AND (last_seen_at IS NULL OR last_seen_at < :at);

-- name: usage_secret_used :exec
UPDATE client_secrets SET last_used_at = :at
WHERE project_id = :project_id AND id = :id AND (last_used_at IS NULL OR last_used_at < :at);

-- Signed-in browsers.

-- name: session_insert :exec
INSERT INTO sessions (project_id, id, user_id, parent_id, token_digest, client_id, org_id, session_class, auth_strength, amr, level,
	authenticated_at, ip, user_agent, impersonator_id, impersonation_reason, created_at, last_seen_at, expires_at)
VALUES (:project_id, :id, :user_id, :parent_id, :token_digest, :client_id, :org_id, :session_class, :auth_strength, :amr, :level,
	:now, :ip, :user_agent, :impersonator_id, :impersonation_reason, :now, :now, :expires_at);

-- Where a person of the console worked last, if they are still a member there.
-- name: session_last_org :one
-- unscoped: the person's own sessions and memberships, whatever the organization
SELECT s.org_id
FROM sessions s
JOIN members m ON m.org_id = s.org_id AND m.user_id = s.user_id
JOIN orgs o ON o.id = s.org_id AND o.status <> 'deleted'
WHERE s.project_id = :project_id AND s.user_id = :user_id
ORDER BY s.created_at DESC, s.id DESC
LIMIT 1;

-- Where they work who have no last organization (any more): the oldest membership.
-- name: session_oldest_org :one
-- unscoped: the person's own memberships, whatever the organization
SELECT m.org_id
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
WHERE m.console_id = :project_id AND m.user_id = :user_id
ORDER BY m.created_at, m.id
LIMIT 1;

-- name: session_get :one
-- row: session_row
SELECT s.id, s.user_id, s.client_id, s.session_class, s.auth_strength, s.amr, s.level, s.authenticated_at, s.ip, s.user_agent,
	s.device, s.workspace_id, s.impersonator_id, s.created_at, s.last_seen_at, s.expires_at
FROM sessions s
WHERE s.project_id = :project_id AND s.user_id = :user_id AND s.id = :id AND s.revoked_at IS NULL AND s.expires_at > :now;

-- name: session_user :one
SELECT s.user_id
FROM sessions s
WHERE s.project_id = :project_id AND s.id = :id AND s.revoked_at IS NULL AND s.expires_at > :now;

-- Sessions that still work, the newest first; what sites on other hosts made of them isn't listed.
-- name: session_list :many
-- row: session_row
SELECT s.id, s.user_id, s.client_id, s.session_class, s.auth_strength, s.amr, s.level, s.authenticated_at, s.ip, s.user_agent,
	s.device, s.workspace_id, s.impersonator_id, s.created_at, s.last_seen_at, s.expires_at
FROM sessions s
WHERE s.project_id = :project_id AND s.user_id = :user_id AND s.revoked_at IS NULL AND s.expires_at > :now
	AND s.parent_id IS NULL AND s.last_seen_at > :idle_since AND s.created_at > :made_since AND (:after_id IS NULL OR s.id < :after_id)
ORDER BY s.id DESC
LIMIT :limit;

-- name: session_count :one
SELECT COUNT(*) AS total
FROM sessions s
WHERE s.project_id = :project_id AND s.user_id = :user_id AND s.revoked_at IS NULL AND s.expires_at > :now
	AND s.parent_id IS NULL AND s.last_seen_at > :idle_since AND s.created_at > :made_since;

-- What a browser's cookie holds: sessions of one project that still work, with their people. Fewer than five tokens: one of them again.
-- name: session_in_browser :many
SELECT s.id, s.user_id, s.client_id, s.session_class, s.auth_strength, s.amr, s.level, s.authenticated_at, s.ip, s.user_agent,
	s.device, s.workspace_id, s.impersonator_id, s.created_at, s.last_seen_at, s.expires_at, s.token_digest,
	u.email, u.email_verified_at, u.name, u.username, u.locale, u.created_at AS user_created_at
FROM sessions s
JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id AND u.status = 'active'
WHERE s.project_id = :project_id AND s.token_digest IN (:digest_1, :digest_2, :digest_3, :digest_4, :digest_5)
	AND s.parent_id IS NULL AND s.revoked_at IS NULL AND s.expires_at > :now AND s.last_seen_at > :idle_since AND s.created_at > :made_since
ORDER BY s.id
LIMIT 5;

-- name: session_end :exec
UPDATE sessions s
SET s.revoked_at = :now
WHERE s.project_id = :project_id AND s.user_id = :user_id AND s.id = :id AND s.revoked_at IS NULL;

-- All of a person's, but perhaps one.
-- name: session_end_all :exec
UPDATE sessions s
SET s.revoked_at = :now
WHERE s.project_id = :project_id AND s.user_id = :user_id AND s.revoked_at IS NULL AND (:except_id IS NULL OR s.id <> :except_id);

-- A new token for the same session. has_proof: the person has just shown who they are.
-- name: session_rotate :exec
-- param: has_proof bool
UPDATE sessions s
SET s.token_digest = :token_digest, s.authenticated_at = IF(:has_proof, :now, s.authenticated_at), s.last_seen_at = :now
WHERE s.project_id = :project_id AND s.user_id = :user_id AND s.id = :id AND s.revoked_at IS NULL AND s.expires_at > :now;

-- The same session, proven by a second factor now.
-- name: session_raise_level :exec
UPDATE sessions s
SET s.level = 2
WHERE s.project_id = :project_id AND s.user_id = :user_id AND s.id = :id;

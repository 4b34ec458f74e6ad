-- All that is kept about one person, for them to take along (users.md rule 35): no secret, nobody else's data.

-- name: user_export_sessions :many
SELECT s.id, s.session_class, s.auth_strength, s.amr, s.level, s.authenticated_at, s.ip, s.user_agent, s.created_at, s.last_seen_at,
	s.expires_at, s.revoked_at
FROM sessions s
WHERE s.project_id = :project_id AND s.user_id = :user_id
ORDER BY s.id DESC
LIMIT 1000;

-- name: user_export_identities :many
SELECT i.id, i.provider, i.subject, i.email, i.linked_at, i.last_used_at
FROM user_identities i
WHERE i.project_id = :project_id AND i.user_id = :user_id
ORDER BY i.id
LIMIT 1000;

-- name: user_export_factors :many
SELECT f.id, f.kind, f.name, f.created_at, f.confirmed_at, f.last_used_at
FROM user_factors f
WHERE f.project_id = :project_id AND f.user_id = :user_id
ORDER BY f.id
LIMIT 1000;

-- name: user_export_messages :many
SELECT m.id, m.channel, m.template, m.recipient, m.status, m.created_at, m.sent_at
FROM messages m
WHERE m.project_id = :project_id AND m.user_id = :user_id
ORDER BY m.id DESC
LIMIT 1000;

-- What they allowed applications to do, also what has ended.
-- name: user_export_grants :many
SELECT g.id, g.client_id, c.name AS client_name, g.resource, g.scopes, g.created_at, g.last_used_at, g.expires_at, g.revoked_at
FROM grants g
JOIN clients c ON c.project_id = g.project_id AND c.id = g.client_id
WHERE g.project_id = :project_id AND g.user_id = :user_id
ORDER BY g.id DESC
LIMIT 1000;

-- What was done, not what it says: that may name others.
-- name: user_export_events :many
SELECT e.id, e.type, e.created_at
FROM events e
WHERE e.project_id = :project_id AND e.subject_id = :user_id
ORDER BY e.id DESC
LIMIT 10000;

-- In the console: the organizations that they are a member of.
-- name: user_export_orgs :many
-- unscoped: the person's own memberships, whatever the organization
SELECT o.id, o.name, m.role, m.created_at
FROM members m
JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
WHERE m.console_id = :project_id AND m.user_id = :user_id
ORDER BY m.created_at, m.id
LIMIT 1000;

-- Devices that wait for somebody to type their code (RFC 8628, oauth.md rule 25).

-- name: device_insert :exec
INSERT INTO device_authorizations (project_id, device_digest, user_code_digest, request_id, issuer, interval_s, last_poll_at, claimed_by,
	grant_id, expires_at, consumed_at)
VALUES (:project_id, :device_digest, :user_code_digest, :request_id, :issuer, :interval_s, NULL, NULL, NULL, :expires_at, NULL);

-- ---- the person ----

-- name: device_find :one
SELECT d.device_digest, d.request_id
FROM device_authorizations d
WHERE d.project_id = :project_id AND d.user_code_digest = :user_code_digest AND d.consumed_at IS NULL AND d.expires_at > :now;

-- Whoever is first; of several at once one hits.
-- name: device_claim :exec
UPDATE device_authorizations
SET claimed_by = :user_id
WHERE project_id = :project_id AND device_digest = :device_digest AND (claimed_by IS NULL OR claimed_by = :user_id);

-- name: device_set_grant :exec
UPDATE device_authorizations
SET grant_id = :grant_id
WHERE project_id = :project_id AND request_id = :request_id AND consumed_at IS NULL AND expires_at > :now;

-- ---- the device ----

-- With what the person decided, and who they are.
-- name: device_get :one
-- row: device_row
-- column: grant_id text?
-- column: user_id text?
-- column: resource bytes?
-- column: scopes text?
-- column: org_id text?
-- column: session_id text?
-- column: session_alive_id text?
-- column: strength text?
-- column: session_class text?
-- column: amr text?
-- column: user_alive_id text?
-- column: session_made_at time?
-- column: session_seen_at time?
-- column: grant_used_at time?
-- column: settings_body text?
SELECT d.issuer, d.interval_s, d.expires_at, d.consumed_at, r.client_id, r.status, g.id AS grant_id, g.user_id, g.resource, g.scopes, g.org_id,
	g.session_id, g.is_offline, g.expires_at AS grant_expires_at, u.id AS user_alive_id, u.email, u.email_verified_at, u.phone,
	u.phone_verified_at, u.username, u.name, u.locale, u.token_version, v.id AS session_alive_id, v.created_at AS session_made_at,
	v.last_seen_at AS session_seen_at, g.last_used_at AS grant_used_at, st.body AS settings_body, s.auth_strength AS strength,
	s.session_class, s.amr, s.level, s.authenticated_at
FROM device_authorizations d
JOIN oauth_requests r ON r.project_id = d.project_id AND r.id = d.request_id
LEFT JOIN grants g ON g.project_id = d.project_id AND g.id = d.grant_id
LEFT JOIN users u ON u.project_id = g.project_id AND u.id = g.user_id AND u.status = 'active'
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id
LEFT JOIN sessions v ON v.project_id = g.project_id AND v.id = g.session_id AND v.revoked_at IS NULL AND v.expires_at > :now
LEFT JOIN area_settings st ON st.project_id = d.project_id AND st.area = 'sign_in'
WHERE d.project_id = :project_id AND d.device_digest = :device_digest;

-- A poll that comes when it may.
-- name: device_poll :exec
UPDATE device_authorizations
SET last_poll_at = :now
WHERE project_id = :project_id AND device_digest = :device_digest AND (last_poll_at IS NULL OR last_poll_at <= :not_after);

-- One that comes too early makes the wait longer for good (RFC 8628 section 3.5).
-- name: device_slow_down :exec
UPDATE device_authorizations
SET last_poll_at = :now, interval_s = interval_s + 5
WHERE project_id = :project_id AND device_digest = :device_digest;

-- Of twenty polls after the approval one hits.
-- name: device_consume :exec
UPDATE device_authorizations
SET consumed_at = :now
WHERE project_id = :project_id AND device_digest = :device_digest AND consumed_at IS NULL;

-- Sign-ins, sign-ups and recoveries under way.

-- The client that people sign in to, with what its project says about that. A client id of its own finds its project.
-- name: flow_client :one
-- row: flow_client_row
-- unscoped: a public client id is what finds the project
SELECT c.project_id, c.id AS client_id, c.name AS client_name, c.logo_digest AS client_logo_digest, c.auth_methods, c.version AS client_version,
	p.org_id, g.status = 'suspended' AS is_suspended, p.name AS project_name, p.client_id AS default_client_id, p.version AS project_version,
	a.body AS settings_body, a.version AS settings_version, b.body AS branding_body, b.version AS branding_version,
	r.body AS redirect_body, r.version AS redirect_version, l.body_digest AS logo_digest, s.body_digest AS css_digest
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
JOIN orgs g ON g.id = p.org_id
LEFT JOIN area_settings a ON a.project_id = c.project_id AND a.area = 'sign_in'
LEFT JOIN area_settings b ON b.project_id = c.project_id AND b.area = 'branding'
LEFT JOIN area_settings r ON r.project_id = c.project_id AND r.area = 'redirect'
LEFT JOIN assets l ON l.project_id = c.project_id AND l.owner_id = c.project_id AND l.kind = 'logo'
LEFT JOIN assets s ON s.project_id = c.project_id AND s.owner_id = c.project_id AND s.kind = 'css'
WHERE c.id = :client_id AND c.is_active = TRUE;

-- The same for a project's default client.
-- name: flow_default_client :one
-- row: flow_client_row
SELECT c.project_id, c.id AS client_id, c.name AS client_name, c.logo_digest AS client_logo_digest, c.auth_methods, c.version AS client_version,
	p.org_id, g.status = 'suspended' AS is_suspended, p.name AS project_name, p.client_id AS default_client_id, p.version AS project_version,
	a.body AS settings_body, a.version AS settings_version, b.body AS branding_body, b.version AS branding_version,
	r.body AS redirect_body, r.version AS redirect_version, l.body_digest AS logo_digest, s.body_digest AS css_digest
FROM projects p
JOIN clients c ON c.project_id = p.id AND c.id = p.client_id AND c.is_active = TRUE
JOIN orgs g ON g.id = p.org_id
LEFT JOIN area_settings a ON a.project_id = p.id AND a.area = 'sign_in'
LEFT JOIN area_settings b ON b.project_id = p.id AND b.area = 'branding'
LEFT JOIN area_settings r ON r.project_id = p.id AND r.area = 'redirect'
LEFT JOIN assets l ON l.project_id = p.id AND l.owner_id = p.id AND l.kind = 'logo'
LEFT JOIN assets s ON s.project_id = p.id AND s.owner_id = p.id AND s.kind = 'css'
WHERE p.id = :project_id AND p.status = 'active';

-- name: flow_insert :exec
INSERT INTO flows (project_id, id, kind, transport, state, version, client_id, oauth_request_id, user_id, binding_digest, code_tries,
	data_sealed, expires_at)
VALUES (:project_id, :id, :kind, :transport, :state, 1, :client_id, :oauth_request_id, :user_id, :binding_digest, 0,
	:data_sealed, :expires_at);

-- A flow with everything its next step may look at: client, settings, and the person if somebody was found.
-- name: flow_get :one
-- row: flow_row
SELECT f.project_id, f.id, f.kind, f.transport, f.state, f.version, f.client_id, f.user_id, f.binding_digest, f.code_digest,
	f.code_expires_at, f.code_tries, f.data_sealed, f.expires_at,
	c.name AS client_name, c.logo_digest AS client_logo_digest, c.auth_methods,
	p.org_id, p.name AS project_name, p.client_id AS default_client_id,
	a.body AS settings_body, r.body AS redirect_body,
	u.email AS user_email, u.email_verified_at, u.name AS user_name, u.status AS user_status, u.ban_expires_at,
	u.token_version AS user_token_version,
	w.hash AS password_hash,
	EXISTS (SELECT 1 FROM plans o WHERE o.project_id = f.project_id AND o.is_public = TRUE AND o.is_archived = FALSE) AS has_plans
FROM flows f
JOIN projects p ON p.id = f.project_id AND p.status = 'active'
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
JOIN clients c ON c.project_id = f.project_id AND c.id = f.client_id AND c.is_active = TRUE
LEFT JOIN area_settings a ON a.project_id = f.project_id AND a.area = 'sign_in'
LEFT JOIN area_settings r ON r.project_id = f.project_id AND r.area = 'redirect'
LEFT JOIN users u ON u.project_id = f.project_id AND u.id = f.user_id
LEFT JOIN user_passwords w ON w.project_id = f.project_id AND w.user_id = f.user_id
WHERE f.project_id = :project_id AND f.id = :id;

-- One step. Of two at once the second finds another version and hits nothing (users.md rule 3).
-- name: flow_advance :exec
UPDATE flows f
SET f.kind = :kind, f.state = :state, f.version = f.version + 1, f.user_id = :user_id, f.binding_digest = :binding_digest,
	f.code_digest = :code_digest, f.code_expires_at = :code_expires_at, f.code_tries = 0, f.data_sealed = :data_sealed,
	f.expires_at = :expires_at
WHERE f.project_id = :project_id AND f.id = :id AND f.version = :version AND f.expires_at > :now;

-- The flow as the guard of what its step changes elsewhere: written first, so that of two steps at once one changes anything.
-- name: flow_guard :exec
UPDATE flows f
SET f.version = f.version + 1
WHERE f.project_id = :project_id AND f.id = :id AND f.version = :version AND f.expires_at > :now;

-- Spends a try at the code before it is compared. None left, or the code is too old: hits nothing.
-- name: flow_spend_try :exec
UPDATE flows f
SET f.code_tries = f.code_tries + 1
WHERE f.project_id = :project_id AND f.id = :id AND f.version = :version AND f.expires_at > :now
	AND f.code_digest IS NOT NULL AND f.code_expires_at > :now AND f.code_tries < :tries_max;

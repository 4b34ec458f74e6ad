-- What people allowed clients to do, and the codes and refresh tokens that hang on it (oauth.md rules 16 to 20). A grant's row is written
-- before its tokens: it is the guard of its family.

-- name: grant_insert :exec
INSERT INTO grants (project_id, id, user_id, client_id, issuer, resource, scopes, org_id, session_id, is_offline, client_digest, created_at, expires_at)
VALUES (:project_id, :id, :user_id, :client_id, :issuer, :resource, :scopes, :org_id, :session_id, :is_offline, :client_digest, :now, :expires_at);

-- What the person agreed to before, of this client as it looks now. The newest first.
-- name: grant_remembered :many
SELECT g.scopes
FROM grants g
WHERE g.project_id = :project_id AND g.user_id = :user_id AND g.client_id = :client_id AND g.resource = :resource
	AND g.client_digest = :client_digest AND g.revoked_at IS NULL AND g.expires_at > :now
ORDER BY g.id DESC
LIMIT 20;

-- The guard of a family: a grant that was just revoked isn't hit.
-- name: grant_touch :exec
UPDATE grants
SET last_used_at = :now
WHERE project_id = :project_id AND id = :id AND revoked_at IS NULL AND expires_at > :now;

-- name: grant_revoke :exec
UPDATE grants
SET revoked_at = :now
WHERE project_id = :project_id AND id = :id AND revoked_at IS NULL;

-- With a sign-in goes what was given in it, unless it is to outlive it (rule 18).
-- name: grant_end_of_session :exec
UPDATE grants
SET revoked_at = :now
WHERE project_id = :project_id AND session_id = :session_id AND is_offline = FALSE AND revoked_at IS NULL;

-- Of a person, but perhaps those of one sign-in.
-- name: grant_end_of_user :exec
UPDATE grants
SET revoked_at = :now
WHERE project_id = :project_id AND user_id = :user_id AND revoked_at IS NULL AND (:except_session_id IS NULL OR session_id <> :except_session_id);

-- Of a person in an organization they leave, with the tokens of it (tenancy rule 7).
-- name: grant_end_of_member :exec
UPDATE grants
SET revoked_at = :now
WHERE project_id = :project_id AND org_id = :org_id AND user_id = :user_id AND revoked_at IS NULL;

-- Those that still count, the newest first: not revoked, not too old, and in a sign-in that lasts unless they outlive it.
-- name: grant_list :many
-- row: grant_row
SELECT g.id, g.user_id, u.email AS user_email, u.username AS user_username, u.name AS user_name, g.client_id, c.name AS client_name,
	c.client_uri, c.metadata_url, c.logo_digest, p.client_id AS issuer_client_id, c.source, g.resource, g.scopes, g.org_id, g.session_id, g.is_offline, g.created_at, g.last_used_at,
	g.expires_at
FROM grants g
JOIN projects p ON p.id = g.project_id
JOIN clients c ON c.project_id = g.project_id AND c.id = g.client_id
JOIN users u ON u.project_id = g.project_id AND u.id = g.user_id
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id AND s.revoked_at IS NULL AND s.expires_at > :now
WHERE g.project_id = :project_id AND g.revoked_at IS NULL AND g.expires_at > :now AND (g.is_offline = TRUE OR s.id IS NOT NULL)
	AND (:user_id IS NULL OR g.user_id = :user_id)
	AND (:client_id IS NULL OR g.client_id = :client_id)
	AND (:after_id IS NULL OR g.id < :after_id)
ORDER BY g.id DESC
LIMIT :limit;

-- name: grant_count :one
SELECT COUNT(*) AS total
FROM grants g
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id AND s.revoked_at IS NULL AND s.expires_at > :now
WHERE g.project_id = :project_id AND g.revoked_at IS NULL AND g.expires_at > :now AND (g.is_offline = TRUE OR s.id IS NOT NULL)
	AND (:user_id IS NULL OR g.user_id = :user_id)
	AND (:client_id IS NULL OR g.client_id = :client_id);

-- name: grant_get :one
SELECT g.user_id, g.client_id
FROM grants g
WHERE g.project_id = :project_id AND g.id = :id AND g.revoked_at IS NULL AND g.expires_at > :now;

-- A person's apps, each once: by the newest grant, with the scopes, the organizations and the last use of all. The app of the newest grant first.
-- name: grant_apps :many
-- row: grant_app_row
-- column: scopes text?
-- column: org_ids text?
-- column: last_used_at time?
SELECT g.id, g.client_id, c.name AS client_name, c.client_uri, c.metadata_url, c.logo_digest, p.client_id AS issuer_client_id, c.source, g.resource, g.org_id, g.session_id,
	g.is_offline, g.created_at, g.expires_at,
	(SELECT GROUP_CONCAT(o.scopes ORDER BY o.id SEPARATOR ' ') FROM grants o
	 WHERE o.project_id = g.project_id AND o.user_id = g.user_id AND o.client_id = g.client_id AND o.revoked_at IS NULL
		AND o.expires_at > :now) AS scopes,
	(SELECT GROUP_CONCAT(DISTINCT o.org_id ORDER BY o.org_id SEPARATOR ' ') FROM grants o
	 WHERE o.project_id = g.project_id AND o.user_id = g.user_id AND o.client_id = g.client_id AND o.revoked_at IS NULL
		AND o.expires_at > :now) AS org_ids,
	(SELECT MAX(o.last_used_at) FROM grants o
	 WHERE o.project_id = g.project_id AND o.user_id = g.user_id AND o.client_id = g.client_id AND o.revoked_at IS NULL
		AND o.expires_at > :now) AS last_used_at
FROM grants g
JOIN projects p ON p.id = g.project_id
JOIN clients c ON c.project_id = g.project_id AND c.id = g.client_id
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id AND s.revoked_at IS NULL AND s.expires_at > :now
WHERE g.project_id = :project_id AND g.user_id = :user_id AND g.revoked_at IS NULL AND g.expires_at > :now
	AND (g.is_offline = TRUE OR s.id IS NOT NULL)
	AND NOT EXISTS (SELECT 1 FROM grants n
		LEFT JOIN sessions v ON v.project_id = n.project_id AND v.id = n.session_id AND v.revoked_at IS NULL AND v.expires_at > :now
		WHERE n.project_id = g.project_id AND n.user_id = g.user_id AND n.client_id = g.client_id AND n.id > g.id
			AND n.revoked_at IS NULL AND n.expires_at > :now AND (n.is_offline = TRUE OR v.id IS NOT NULL))
	AND (:after_id IS NULL OR g.id < :after_id)
ORDER BY g.id DESC
LIMIT :limit;

-- name: grant_apps_count :one
SELECT COUNT(*) AS total
FROM grants g
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id AND s.revoked_at IS NULL AND s.expires_at > :now
WHERE g.project_id = :project_id AND g.user_id = :user_id AND g.revoked_at IS NULL AND g.expires_at > :now
	AND (g.is_offline = TRUE OR s.id IS NOT NULL)
	AND NOT EXISTS (SELECT 1 FROM grants n
		LEFT JOIN sessions v ON v.project_id = n.project_id AND v.id = n.session_id AND v.revoked_at IS NULL AND v.expires_at > :now
		WHERE n.project_id = g.project_id AND n.user_id = g.user_id AND n.client_id = g.client_id AND n.id > g.id
			AND n.revoked_at IS NULL AND n.expires_at > :now AND (n.is_offline = TRUE OR v.id IS NOT NULL));

-- All that a client has, of one person or of everybody.
-- name: grant_end_of_client :exec
UPDATE grants
SET revoked_at = :now
WHERE project_id = :project_id AND client_id = :client_id AND revoked_at IS NULL AND (:user_id IS NULL OR user_id = :user_id);

-- Whom to tell that sign-ins of a person end at this moment: the clients that got something in them and want to know (rule 33).
-- name: grant_logout_clients :many
SELECT g.client_id, g.session_id, g.issuer
FROM grants g
JOIN clients c ON c.project_id = g.project_id AND c.id = g.client_id AND c.is_active = TRUE AND c.backchannel_logout_uri IS NOT NULL
JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id AND s.revoked_at = :now
WHERE g.project_id = :project_id AND g.user_id = :user_id AND (:session_id IS NULL OR g.session_id = :session_id)
GROUP BY g.client_id, g.session_id, g.issuer
ORDER BY g.client_id, g.session_id, g.issuer
LIMIT 500;

-- People are asked again for a client that has changed; what it has lives on.
-- name: grant_forget_consent :exec
UPDATE grants
SET client_digest = ''
WHERE project_id = :project_id AND client_id = :client_id AND revoked_at IS NULL;

-- name: grant_delete_of_user :exec
DELETE FROM grants WHERE project_id = :project_id AND user_id = :user_id;

-- name: oauth_code_insert :exec
INSERT INTO oauth_codes (project_id, digest, grant_id, client_id, redirect_uri, is_uri_named, challenge, nonce, dpop_jkt, issuer, created_at,
	expires_at)
VALUES (:project_id, :digest, :grant_id, :client_id, :redirect_uri, :is_uri_named, :challenge, :nonce, :dpop_jkt, :issuer, :now, :expires_at);

-- Of fifty at once one hits.
-- name: oauth_code_burn :exec
UPDATE oauth_codes
SET used_at = :now
WHERE project_id = :project_id AND digest = :digest AND used_at IS NULL;

-- A code with its grant, its person and the sign-in it was given in.
-- name: oauth_code_get :one
-- row: oauth_code_row
-- column: session_alive_id text?
-- column: session_made_at time?
-- column: session_seen_at time?
-- column: settings_body text?
-- column: strength text?
-- column: session_class text?
-- column: amr text?
-- column: user_alive_id text?
SELECT o.grant_id, o.client_id, o.redirect_uri, o.is_uri_named, o.challenge, o.nonce, o.dpop_jkt, o.issuer, o.created_at,
	g.user_id, g.resource, g.scopes, g.org_id, g.session_id, g.is_offline, g.expires_at AS grant_expires_at,
	u.id AS user_alive_id, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.username, u.name, u.locale, u.token_version,
	v.id AS session_alive_id, v.created_at AS session_made_at, v.last_seen_at AS session_seen_at, g.last_used_at AS grant_used_at, st.body AS settings_body,
	s.auth_strength AS strength, s.session_class, s.amr, s.level, s.authenticated_at
FROM oauth_codes o
JOIN grants g ON g.project_id = o.project_id AND g.id = o.grant_id
LEFT JOIN users u ON u.project_id = g.project_id AND u.id = g.user_id AND u.status = 'active'
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id
LEFT JOIN sessions v ON v.project_id = g.project_id AND v.id = g.session_id AND v.revoked_at IS NULL AND v.expires_at > :now
LEFT JOIN area_settings st ON st.project_id = g.project_id AND st.area = 'sign_in'
WHERE o.project_id = :project_id AND o.digest = :digest;

-- name: refresh_token_insert :exec
INSERT INTO refresh_tokens (project_id, digest, grant_id, seq, issuer, dpop_jkt, created_at, idle_expires_at)
VALUES (:project_id, :digest, :grant_id, :seq, :issuer, :dpop_jkt, :now, :idle_expires_at);

-- The old value is dead at commit (rule 19).
-- name: refresh_token_use :exec
UPDATE refresh_tokens
SET used_at = :now, successor = :successor
WHERE project_id = :project_id AND digest = :digest AND used_at IS NULL AND idle_expires_at > :now;

-- A refresh token with its grant, its person and the sign-in it was given in. next_used_at: of its successor.
-- name: refresh_token_get :one
-- row: refresh_token_row
-- column: session_alive_id text?
-- column: session_made_at time?
-- column: session_seen_at time?
-- column: settings_body text?
-- column: strength text?
-- column: session_class text?
-- column: amr text?
-- column: user_alive_id text?
SELECT t.grant_id, t.seq, t.issuer, t.dpop_jkt, t.successor, t.used_at, t.created_at, t.idle_expires_at, n.used_at AS next_used_at, g.client_id,
	g.user_id, g.resource, g.scopes, g.org_id, g.session_id, g.is_offline, g.expires_at AS grant_expires_at, g.revoked_at AS grant_revoked_at,
	u.id AS user_alive_id, u.email, u.email_verified_at, u.phone, u.phone_verified_at, u.username, u.name, u.locale, u.token_version,
	v.id AS session_alive_id, v.created_at AS session_made_at, v.last_seen_at AS session_seen_at, g.last_used_at AS grant_used_at, st.body AS settings_body,
	s.auth_strength AS strength, s.session_class, s.amr, s.level, s.authenticated_at
FROM refresh_tokens t
JOIN grants g ON g.project_id = t.project_id AND g.id = t.grant_id
LEFT JOIN refresh_tokens n ON n.project_id = t.project_id AND n.grant_id = t.grant_id AND n.seq = t.seq + 1
LEFT JOIN users u ON u.project_id = g.project_id AND u.id = g.user_id AND u.status = 'active'
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id
LEFT JOIN sessions v ON v.project_id = g.project_id AND v.id = g.session_id AND v.revoked_at IS NULL AND v.expires_at > :now
LEFT JOIN area_settings st ON st.project_id = g.project_id AND st.area = 'sign_in'
WHERE t.project_id = :project_id AND t.digest = :digest;

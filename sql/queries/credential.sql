-- Who is asking and what they work on, in one statement per request: the digest of the credential finds everything else. requests_per_minute: what
-- the organization's plan, which is one of the console, allows of each project; where the console has no such feature, only that is looked up.

-- The key with its organization, the person behind a personal token, and the project: pinned, asked for by id or by its client, or the default.
-- name: credential_by_key :one
-- row: credential_row
-- column: authenticated_at time?
-- column: session_created_at time?
-- column: last_seen_at time?
-- column: settings_body text?
-- column: asked_project_id text?
-- column: asked_project_org_id text?
-- column: asked_project_member_id text?
-- column: org_id text?
-- column: org_name text?
-- column: org_slug text?
-- column: org_status text?
-- column: user_id text?
-- column: kind text?
-- column: name text?
-- column: prefix text?
-- column: last4 text?
-- column: scopes text?
-- column: user_name text?
-- column: user_created_at time?
-- column: user_status text?
-- column: resource bytes?
-- column: dpop_jkt text?
-- column: requests_per_minute int?
-- unscoped: the digest of a secret is what finds the tenant
SELECT k.id, k.kind, k.name, k.prefix, k.last4, k.environment, k.scopes, k.expires_at,
       k.project_id AS pinned_project_id, k.rate_limit_per_minute, NULL AS authenticated_at,
       NULL AS session_created_at, NULL AS last_seen_at, NULL AS settings_body,
       k.user_id, u.email, u.email_verified_at, u.name AS user_name, u.username, u.locale, u.created_at AS user_created_at,
       u.status AS user_status,
       NULL AS asked_project_id, NULL AS asked_project_org_id, NULL AS asked_project_member_id,
       o.id AS org_id, o.name AS org_name, o.slug AS org_slug, o.status AS org_status, o.default_project_id,
       m.role AS org_role,
       p.id AS project_id, p.client_id, p.name AS project_name, p.slug AS project_slug,
       p.environment AS project_environment, p.meters_full_until,
       CASE WHEN qo.feature_id IS NOT NULL THEN qo.value WHEN qv.feature_id IS NOT NULL THEN qv.value
	    WHEN IFNULL(qa.plan_id, qd.id) IS NOT NULL THEN qf.default_value END AS requests_per_minute,
       pm.role AS override_role,
       i.console_id, i.operator_org_id, NULL AS resource, NULL AS dpop_jkt, FALSE AS dpop_require_nonce
FROM api_keys k
JOIN orgs o ON o.id = k.org_id
JOIN installation i ON i.id = 1
LEFT JOIN users u ON u.project_id = i.console_id AND u.id = k.user_id
LEFT JOIN members m ON m.org_id = k.org_id AND m.user_id = k.user_id
LEFT JOIN projects p ON p.org_id = o.id AND p.id = COALESCE(k.project_id, (SELECT c.id FROM projects c WHERE c.client_id = :client_id),
     :project_id, o.default_project_id) AND p.status = 'active'
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = o.id AND pm.user_id = k.user_id
LEFT JOIN features qf ON qf.project_id = i.console_id AND qf.feature_key = 'requests_per_minute' AND qf.type = 'limit'
LEFT JOIN plan_assignments qa ON qa.project_id = qf.project_id AND qa.subject_id = o.id AND (qa.ends_at IS NULL OR qa.ends_at > :now)
LEFT JOIN plans qd ON qd.project_id = qf.project_id AND qd.is_default = TRUE
LEFT JOIN plan_features qv ON qv.project_id = qf.project_id AND qv.plan_id = IFNULL(qa.plan_id, qd.id) AND qv.feature_id = qf.id
LEFT JOIN feature_overrides qo ON qo.project_id = qf.project_id AND qo.subject_id = o.id AND qo.feature_id = qf.id
     AND (qo.expires_at IS NULL OR qo.expires_at > :now)
WHERE k.secret_digest = :digest AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)
  AND o.status <> 'deleted';

-- An application of the project's own, which proves itself by one of its secrets. Those that registered themselves aren't, and the console's
-- aren't either.
-- name: credential_by_client :one
-- row: client_credential_row
-- column: requests_per_minute int?
-- unscoped: a public client id is what finds the project
SELECT c.id, c.name, s.id AS secret_id, s.digest AS secret_digest, r.id AS old_secret_id, r.digest AS old_secret_digest,
       o.id AS org_id, o.name AS org_name, o.slug AS org_slug, o.status AS org_status, o.default_project_id,
       p.id AS project_id, p.client_id, p.name AS project_name, p.slug AS project_slug, p.environment AS project_environment, p.meters_full_until,
       CASE WHEN qo.feature_id IS NOT NULL THEN qo.value WHEN qv.feature_id IS NOT NULL THEN qv.value
	    WHEN IFNULL(qa.plan_id, qd.id) IS NOT NULL THEN qf.default_value END AS requests_per_minute, i.console_id
FROM clients c
JOIN projects p ON p.id = c.project_id AND p.status = 'active'
JOIN orgs o ON o.id = p.org_id AND o.status <> 'deleted'
JOIN installation i ON i.id = 1 AND i.console_id <> p.id
LEFT JOIN client_secrets s ON s.project_id = c.project_id AND s.client_id = c.id AND s.slot = 0 AND (s.expires_at IS NULL OR s.expires_at > :now)
LEFT JOIN client_secrets r ON r.project_id = c.project_id AND r.client_id = c.id AND r.slot = 1 AND r.expires_at > :now
LEFT JOIN features qf ON qf.project_id = i.console_id AND qf.feature_key = 'requests_per_minute' AND qf.type = 'limit'
LEFT JOIN plan_assignments qa ON qa.project_id = qf.project_id AND qa.subject_id = o.id AND (qa.ends_at IS NULL OR qa.ends_at > :now)
LEFT JOIN plans qd ON qd.project_id = qf.project_id AND qd.is_default = TRUE
LEFT JOIN plan_features qv ON qv.project_id = qf.project_id AND qv.plan_id = IFNULL(qa.plan_id, qd.id) AND qv.feature_id = qf.id
LEFT JOIN feature_overrides qo ON qo.project_id = qf.project_id AND qo.subject_id = o.id AND qo.feature_id = qf.id
     AND (qo.expires_at IS NULL OR qo.expires_at > :now)
WHERE c.id = :client_id AND c.is_active = TRUE AND c.is_first_party = TRUE AND c.source = 'dashboard'
  AND c.token_endpoint_auth_method IN ('client_secret_basic', 'client_secret_post');

-- An access token of the console: the person in the organization that was chosen, as they are there now. The token alone is no right:
-- its grant, client, sign-in (unless it outlives it), person and membership still have to be what they were.
-- name: credential_by_access_token :one
-- row: credential_row
-- column: kind text?
-- column: name text?
-- column: prefix text?
-- column: last4 text?
-- column: environment text?
-- column: scopes text?
-- column: expires_at time?
-- column: pinned_project_id text?
-- column: rate_limit_per_minute int?
-- column: authenticated_at time?
-- column: session_created_at time?
-- column: last_seen_at time?
-- column: settings_body text?
-- column: asked_project_id text?
-- column: asked_project_org_id text?
-- column: asked_project_member_id text?
-- column: user_id text?
-- column: user_name text?
-- column: user_created_at time?
-- column: user_status text?
-- column: org_id text?
-- column: org_name text?
-- column: org_slug text?
-- column: org_status text?
-- column: resource bytes?
-- column: dpop_jkt text?
-- column: requests_per_minute int?
-- unscoped: the digest of a token is what finds the person and their organization
SELECT g.id, 'oauth' AS kind, c.name, NULL AS prefix, NULL AS last4, NULL AS environment, t.scopes, t.expires_at,
       NULL AS pinned_project_id, NULL AS rate_limit_per_minute, NULL AS authenticated_at,
       NULL AS session_created_at, NULL AS last_seen_at, NULL AS settings_body,
       g.user_id, u.email, u.email_verified_at, u.name AS user_name, u.username, u.locale, u.created_at AS user_created_at,
       u.status AS user_status,
       NULL AS asked_project_id, NULL AS asked_project_org_id, NULL AS asked_project_member_id,
       o.id AS org_id, o.name AS org_name, o.slug AS org_slug, o.status AS org_status, o.default_project_id,
       m.role AS org_role,
       p.id AS project_id, p.client_id, p.name AS project_name, p.slug AS project_slug,
       p.environment AS project_environment, p.meters_full_until,
       CASE WHEN qo.feature_id IS NOT NULL THEN qo.value WHEN qv.feature_id IS NOT NULL THEN qv.value
	    WHEN IFNULL(qa.plan_id, qd.id) IS NOT NULL THEN qf.default_value END AS requests_per_minute,
       pm.role AS override_role,
       i.console_id, i.operator_org_id, t.resource, t.dpop_jkt,
       COALESCE(os.dpop_require_nonce, FALSE) AS dpop_require_nonce
FROM installation i
JOIN access_tokens t ON t.project_id = i.console_id AND t.digest = :digest
JOIN grants g ON g.project_id = t.project_id AND g.id = t.grant_id AND g.revoked_at IS NULL AND g.expires_at > :now
JOIN clients c ON c.project_id = g.project_id AND c.id = g.client_id AND c.is_active = TRUE
JOIN users u ON u.project_id = g.project_id AND u.id = g.user_id AND u.status = 'active'
JOIN orgs o ON o.id = g.org_id AND o.status <> 'deleted'
JOIN members m ON m.org_id = g.org_id AND m.user_id = g.user_id
LEFT JOIN sessions s ON s.project_id = g.project_id AND s.id = g.session_id AND s.revoked_at IS NULL AND s.expires_at > :now
LEFT JOIN projects p ON p.org_id = o.id AND p.id = COALESCE(:project_id, o.default_project_id) AND p.status = 'active'
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = o.id AND pm.user_id = g.user_id
LEFT JOIN oauth_settings os ON os.project_id = i.console_id
LEFT JOIN features qf ON qf.project_id = i.console_id AND qf.feature_key = 'requests_per_minute' AND qf.type = 'limit'
LEFT JOIN plan_assignments qa ON qa.project_id = qf.project_id AND qa.subject_id = o.id AND (qa.ends_at IS NULL OR qa.ends_at > :now)
LEFT JOIN plans qd ON qd.project_id = qf.project_id AND qd.is_default = TRUE
LEFT JOIN plan_features qv ON qv.project_id = qf.project_id AND qv.plan_id = IFNULL(qa.plan_id, qd.id) AND qv.feature_id = qf.id
LEFT JOIN feature_overrides qo ON qo.project_id = qf.project_id AND qo.subject_id = o.id AND qo.feature_id = qf.id
     AND (qo.expires_at IS NULL OR qo.expires_at > :now)
WHERE i.id = 1 AND t.revoked_at IS NULL AND t.expires_at > :now AND (g.is_offline = TRUE OR s.id IS NOT NULL);

-- The session with its person; the organization is the one asked for, the project's, or the last used.
-- name: credential_by_session :one
-- row: credential_row
-- column: kind text?
-- column: name text?
-- column: prefix text?
-- column: last4 text?
-- column: environment text?
-- column: scopes text?
-- column: expires_at time?
-- column: pinned_project_id text?
-- column: rate_limit_per_minute int?
-- column: authenticated_at time?
-- column: session_created_at time?
-- column: last_seen_at time?
-- column: settings_body text?
-- column: user_id text?
-- column: user_name text?
-- column: user_created_at time?
-- column: user_status text?
-- column: org_id text?
-- column: org_name text?
-- column: org_slug text?
-- column: org_status text?
-- column: resource bytes?
-- column: dpop_jkt text?
-- column: requests_per_minute int?
-- unscoped: the digest of a cookie is what finds the person and their organization
SELECT s.id, NULL AS kind, NULL AS name, NULL AS prefix, NULL AS last4, NULL AS environment, NULL AS scopes, s.expires_at,
       NULL AS pinned_project_id, NULL AS rate_limit_per_minute, s.authenticated_at,
       s.created_at AS session_created_at, s.last_seen_at, st.body AS settings_body,
       s.user_id, u.email, u.email_verified_at, u.name AS user_name, u.username, u.locale, u.created_at AS user_created_at,
       u.status AS user_status,
       rp.id AS asked_project_id, rp.org_id AS asked_project_org_id, rm.id AS asked_project_member_id,
       o.id AS org_id, o.name AS org_name, o.slug AS org_slug, o.status AS org_status, o.default_project_id,
       m.role AS org_role,
       p.id AS project_id, p.client_id, p.name AS project_name, p.slug AS project_slug,
       p.environment AS project_environment, p.meters_full_until, NULL AS requests_per_minute,
       pm.role AS override_role,
       i.console_id, i.operator_org_id, NULL AS resource, NULL AS dpop_jkt, FALSE AS dpop_require_nonce
FROM installation i
JOIN sessions s ON s.project_id = i.console_id AND s.token_digest = :digest
JOIN users u ON u.project_id = i.console_id AND u.id = s.user_id
LEFT JOIN area_settings st ON st.project_id = i.console_id AND st.area = 'sign_in'
LEFT JOIN projects rp ON rp.id = :project_id AND rp.status = 'active'
LEFT JOIN members rm ON rm.org_id = rp.org_id AND rm.user_id = s.user_id
LEFT JOIN members m ON m.org_id = COALESCE(:org_id, rp.org_id, s.org_id) AND m.user_id = s.user_id
LEFT JOIN orgs o ON o.id = m.org_id AND o.status <> 'deleted'
LEFT JOIN projects p ON p.org_id = o.id AND p.id = COALESCE(:project_id, o.default_project_id) AND p.status = 'active'
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = o.id AND pm.user_id = s.user_id
WHERE i.id = 1 AND s.revoked_at IS NULL AND s.expires_at > :now AND s.last_seen_at > :idle_since
  AND u.status = 'active';

-- The session of a project's own user, the project by its public id. The console's people come by credential_by_session alone.
-- name: credential_by_project_session :one
-- row: project_session_row
-- unscoped: a project's public id is what finds the project
SELECT s.id, s.expires_at, s.authenticated_at, s.created_at AS session_created_at, s.last_seen_at, s.impersonator_id,
       iu.email AS impersonator_email, st.body AS settings_body,
       s.user_id, u.email, u.email_verified_at, u.phone, u.name AS user_name, u.username, u.locale, u.created_at AS user_created_at,
       p.id AS project_id, p.org_id, i.console_id
FROM projects p
JOIN installation i ON i.id = 1
JOIN sessions s ON s.project_id = p.id AND s.token_digest = :digest
JOIN users u ON u.project_id = p.id AND u.id = s.user_id
LEFT JOIN users iu ON iu.project_id = i.console_id AND iu.id = s.impersonator_id
LEFT JOIN area_settings st ON st.project_id = p.id AND st.area = 'sign_in'
WHERE p.client_id = :client_id AND p.status = 'active' AND p.id <> i.console_id AND s.revoked_at IS NULL AND s.expires_at > :now
  AND s.parent_id IS NULL AND u.status = 'active';

-- The same for a site on another host, whose session lives as long as the sign-in that it came from.
-- name: credential_by_site_session :one
-- row: project_session_row
-- unscoped: a project's public id is what finds the project
SELECT s.id, s.expires_at, s.authenticated_at, ps.created_at AS session_created_at, s.last_seen_at, s.impersonator_id,
       iu.email AS impersonator_email, st.body AS settings_body,
       s.user_id, u.email, u.email_verified_at, u.phone, u.name AS user_name, u.username, u.locale, u.created_at AS user_created_at,
       p.id AS project_id, p.org_id, i.console_id
FROM projects p
JOIN installation i ON i.id = 1
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
JOIN sessions s ON s.project_id = p.id AND s.token_digest = :digest
JOIN sessions ps ON ps.project_id = p.id AND ps.id = s.parent_id AND ps.revoked_at IS NULL AND ps.expires_at > :now
JOIN users u ON u.project_id = p.id AND u.id = s.user_id
LEFT JOIN users iu ON iu.project_id = i.console_id AND iu.id = s.impersonator_id
LEFT JOIN area_settings st ON st.project_id = p.id AND st.area = 'sign_in'
WHERE p.client_id = :client_id AND p.status = 'active' AND p.id <> i.console_id AND s.revoked_at IS NULL AND s.expires_at > :now
  AND u.status = 'active';

-- The console's id, for workers that serve a public route first.
-- name: credential_console :one
SELECT i.console_id, i.operator_org_id, p.client_id AS console_client_id
FROM installation i
JOIN projects p ON p.id = i.console_id
WHERE i.id = 1;

-- After the organization's guard: what the caller is there now.
-- name: credential_role :one
SELECT m.role AS org_role, pm.role AS override_role
FROM members m
LEFT JOIN project_members pm ON pm.project_id = :project_id AND pm.org_id = m.org_id AND pm.user_id = m.user_id
WHERE m.org_id = :org_id AND m.user_id = :user_id;

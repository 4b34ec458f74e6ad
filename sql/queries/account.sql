-- A signed-in person's own account.

-- The whole of what they see, with their project's settings and what they have yet to prove.
-- name: account_get :one
-- column: pending_email text?
-- column: pending_phone text?
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, u.name, u.locale, u.image_digest, u.is_anonymous AS anonymous, u.created_at, u.last_sign_in_at, u.version,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	p.client_id, p.name AS project_name, st.body AS settings_body, sm.body AS sms_body,
	ce.target AS pending_email, cp.target AS pending_phone
FROM users u
JOIN projects p ON p.id = u.project_id
LEFT JOIN area_settings st ON st.project_id = u.project_id AND st.area = 'sign_in'
LEFT JOIN area_settings sm ON sm.project_id = u.project_id AND sm.area = 'sms'
LEFT JOIN contact_changes ce ON ce.project_id = u.project_id AND ce.user_id = u.id AND ce.kind = 'email' AND ce.expires_at > :now
LEFT JOIN contact_changes cp ON cp.project_id = u.project_id AND cp.user_id = u.id AND cp.kind = 'phone' AND cp.expires_at > :now
WHERE u.project_id = :project_id AND u.id = :id AND u.status = 'active';

-- Their row, written first by whatever changes something of theirs. Hits nothing when they may not be here any more.
-- name: account_guard :exec
UPDATE users
SET updated_at = :now
WHERE project_id = :project_id AND id = :id AND status = 'active';

-- name: account_set_image :exec
UPDATE users
SET image_digest = :image_digest, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND status = 'active';

-- The person goes at delete_at, unless they sign in before.
-- name: account_delete_later :exec
UPDATE users
SET status = 'deletion_pending', delete_at = :delete_at, version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id AND status = 'active';

-- Whose number it is.
-- name: account_phone_holder :one
SELECT u.id
FROM users u
WHERE u.project_id = :project_id AND u.phone = :phone;

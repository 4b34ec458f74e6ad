-- Members: a console user's role in an organization.

-- name: member_insert :exec
INSERT INTO members (org_id, user_id, id, console_id, role, joined_via, version, created_at, updated_at)
VALUES (:org_id, :user_id, :id, :console_id, :role, :joined_via, 1, :now, :now);

-- A member with the person behind it.
-- name: member_get :one
-- row: member_row
-- column: image_url text?
SELECT m.id, m.org_id, m.user_id, u.name, u.email, NULL AS image_url, m.role, m.joined_via, m.created_at, m.last_seen_at, m.version
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE m.org_id = :org_id AND m.id = :id;

-- name: member_get_by_user :one
-- row: member_row
-- column: image_url text?
SELECT m.id, m.org_id, m.user_id, u.name, u.email, NULL AS image_url, m.role, m.joined_via, m.created_at, m.last_seen_at, m.version
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE m.org_id = :org_id AND m.user_id = :user_id;

-- name: member_list :many
-- row: member_row
-- column: image_url text?
SELECT m.id, m.org_id, m.user_id, u.name, u.email, NULL AS image_url, m.role, m.joined_via, m.created_at, m.last_seen_at, m.version
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE m.org_id = :org_id
	AND (:role IS NULL OR m.role = :role)
	AND (:search IS NULL OR u.name LIKE :search ESCAPE '!' OR u.email LIKE :search ESCAPE '!')
	AND (:after_id IS NULL OR m.id > :after_id)
ORDER BY m.id
LIMIT :limit;

-- name: member_count :one
SELECT COUNT(*) AS total
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE m.org_id = :org_id
	AND (:role IS NULL OR m.role = :role)
	AND (:search IS NULL OR u.name LIKE :search ESCAPE '!' OR u.email LIKE :search ESCAPE '!');

-- After the guard: an organization keeps one who may sign in.
-- name: member_count_other_owners :one
SELECT COUNT(*) AS total
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id AND u.status = 'active'
WHERE m.org_id = :org_id AND m.role = 'owner' AND m.user_id <> :user_id;

-- name: member_has_email :one
SELECT COUNT(*) AS total
FROM members m
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE m.org_id = :org_id AND u.email_key = :email_key;

-- name: member_set_role :exec
UPDATE members SET role = :role, version = version + 1, updated_at = :now WHERE org_id = :org_id AND id = :id;

-- Overrides go with it (ON DELETE CASCADE).
-- name: member_delete :exec
DELETE FROM members WHERE org_id = :org_id AND id = :id;

-- name: member_revoke_tokens :exec
UPDATE api_keys SET revoked_at = :now, updated_at = :now, version = version + 1
WHERE org_id = :org_id AND kind = 'personal' AND user_id = :user_id AND revoked_at IS NULL;

-- name: member_revoke_invitations :exec
UPDATE invitations SET revoked_at = :now, closed_at = :now, pending_email_key = NULL, updated_at = :now
WHERE org_id = :org_id AND invited_by = :user_id AND closed_at IS NULL;

-- Members: a console user's role in an organization.

-- name: member_insert :exec
INSERT INTO members (org_id, user_id, id, console_id, role, joined_via, version, created_at, updated_at)
VALUES (:org_id, :user_id, :id, :console_id, :role, :joined_via, 1, :now, :now);

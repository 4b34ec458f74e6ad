-- Passwords, as PHC strings.

-- name: user_password_get :one
SELECT w.hash, w.scheme, w.changed_at
FROM user_passwords w
WHERE w.project_id = :project_id AND w.user_id = :user_id;

-- name: user_password_set :exec
INSERT INTO user_passwords (project_id, user_id, hash, scheme, is_change_due, changed_at)
VALUES (:project_id, :user_id, :hash, :scheme, FALSE, :now)
ON DUPLICATE KEY UPDATE hash = VALUES(hash), scheme = VALUES(scheme), is_change_due = FALSE, changed_at = VALUES(changed_at);

-- The same password at today's cost. Of two racing sign-ins the second finds another hash and leaves it.
-- name: user_password_rehash :exec
UPDATE user_passwords w
SET w.hash = :hash, w.scheme = 'argon2id'
WHERE w.project_id = :project_id AND w.user_id = :user_id AND w.hash = :old_hash;

-- name: user_password_drop :exec
DELETE FROM user_passwords
WHERE project_id = :project_id AND user_id = :user_id;

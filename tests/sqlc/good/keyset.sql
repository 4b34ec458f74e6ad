-- expect: int64_t after_at;
-- The last key seen, written out.

-- name: keyset :many
SELECT u.id, u.created_at FROM users u
WHERE u.project_id = :project_id AND (u.created_at, u.id) < (:after_at, :after_id)
ORDER BY u.created_at DESC, u.id DESC LIMIT :limit;

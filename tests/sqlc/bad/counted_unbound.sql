-- expect: u isn't bound to one tenant
-- What is counted is somebody's, too.

-- name: counted_unbound :one
SELECT COUNT(*) AS total FROM (SELECT 1 FROM users u WHERE u.status = :status LIMIT :limit) AS counted;

-- expect: '-- unscoped:' needs a reason
-- Whoever leaves the rule says why.

-- unscoped:
-- name: unscoped_without_reason :one
SELECT u.id FROM users u WHERE u.id = :id;

-- expect: || is OR on one server
-- OR here, concatenation there.

-- name: pipes :one
SELECT o.id FROM orgs o WHERE o.id = :org_id || o.slug = :slug;

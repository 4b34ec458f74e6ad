-- expect: comments stand above the query, not inside
-- Comments stand above.

-- name: comment_inside :one
SELECT o.id -- the id
FROM orgs o WHERE o.id = :org_id;

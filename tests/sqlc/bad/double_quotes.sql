-- expect: has no place in a query
-- A string on one server, a name on another.

-- name: double_quotes :one
SELECT o.id FROM orgs o WHERE o.id = :org_id AND o.status = "active";

-- expect: 'groups' isn't understood here
-- groups is reserved in MySQL 8.

-- name: reserved_table_alias :one
SELECT o.name FROM orgs groups WHERE o.id = :org_id;

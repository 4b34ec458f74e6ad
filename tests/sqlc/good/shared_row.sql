-- expect: struct org_name_row {
-- Two queries give one struct.

-- name: shared_row_by_id :one
-- row: org_name_row
SELECT o.id, o.name FROM orgs o WHERE o.id = :org_id;

-- The same by its slug.
-- unscoped: slugs are unique in the installation
-- name: shared_row_by_slug :many
-- row: org_name_row
SELECT o.id, o.name FROM orgs o WHERE o.slug = :slug;

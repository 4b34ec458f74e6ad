-- expect: the results differ from those of shared_row_differs_a, which has the row one_row, too
-- Two queries share a struct but not its members.

-- name: shared_row_differs_a :one
-- row: one_row
SELECT o.id, o.name FROM orgs o WHERE o.id = :org_id;

-- name: shared_row_differs_b :one
-- row: one_row
SELECT o.id, o.slug FROM orgs o WHERE o.id = :org_id;

-- expect: id could be o.id or p.id
-- Which of the two?

-- name: ambiguous_column :many
SELECT id FROM orgs o JOIN projects p ON p.org_id = o.id WHERE o.id = :org_id;

-- expect: SET changes u only, the first table
-- The second table's rows are bound to be read, not to be written.

-- name: update_of_joined_table :exec
UPDATE users u JOIN projects p ON p.id = u.project_id SET p.name = :name WHERE u.project_id = :project_id AND u.id = :id;

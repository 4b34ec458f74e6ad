-- expect: name is NOT NULL
-- It would fail each time.

-- name: null_into_not_null :exec
UPDATE users SET name = NULL WHERE project_id = :project_id AND id = :id;

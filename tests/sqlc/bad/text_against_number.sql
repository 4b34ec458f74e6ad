-- expect: is int where text is needed
-- text = 0 matches every row.

-- name: text_against_number :one
SELECT u.id FROM users u WHERE u.project_id = :project_id AND u.username = 0;

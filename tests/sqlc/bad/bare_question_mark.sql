-- expect: write :name instead of ?
-- Parameters have names.

-- name: bare_question_mark :one
SELECT o.id FROM orgs o WHERE o.id = ?;

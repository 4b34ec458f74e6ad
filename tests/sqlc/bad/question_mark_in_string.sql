-- expect: a string with ?
-- It would count as a parameter.

-- name: question_mark_in_string :one
SELECT o.id FROM orgs o WHERE o.id = :org_id AND o.name = 'why?';

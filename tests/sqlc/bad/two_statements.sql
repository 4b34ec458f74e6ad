-- expect: a statement without '-- name:' above it
-- One name, one statement.

-- name: two_statements :one
SELECT o.id FROM orgs o WHERE o.id = :org_id;
DELETE FROM event_queue WHERE project_id = :project_id;

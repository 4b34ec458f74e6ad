-- Host names of projects' own.

-- Is it this project's? Asked with each request that comes to one.
-- name: project_host_check :one
-- unscoped: the server's own configuration names the project
SELECT h.project_id
FROM project_hosts h
JOIN projects p ON p.id = h.project_id AND p.status = 'active'
WHERE h.issuer = :issuer AND p.client_id = :client_id;

-- name: project_host_get :one
SELECT h.issuer
FROM project_hosts h
WHERE h.project_id = :project_id;

-- name: project_host_insert :exec
INSERT INTO project_hosts (project_id, issuer, created_at)
VALUES (:project_id, :issuer, :now);

-- name: project_host_delete :exec
DELETE FROM project_hosts
WHERE project_id = :project_id;

-- name: project_host_list :many
-- row: project_host_row
-- unscoped: the operator's list of all host names
SELECT h.project_id, p.client_id, o.slug AS org, p.slug, h.issuer, h.created_at
FROM project_hosts h
JOIN projects p ON p.id = h.project_id AND p.status = 'active'
JOIN orgs o ON o.id = p.org_id
ORDER BY h.issuer;

-- expect: const char *org_name;
-- expect: const char *user_id;
-- org binds project, project binds user.

-- name: chain_of_bindings :one
SELECT o.name AS org_name, u.id AS user_id FROM users u JOIN projects p ON p.id = u.project_id JOIN orgs o ON o.id = p.org_id
WHERE o.id = :org_id ORDER BY u.id LIMIT 1;

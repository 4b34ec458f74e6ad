-- What an organization has of what its plan may limit (licensing.md rule 35).

-- name: cap_used_projects :one
SELECT COUNT(*) AS used FROM projects p WHERE p.org_id = :org_id AND p.status = 'active' AND p.id <> :console_id;

-- name: cap_used_members :one
SELECT COUNT(*) AS used FROM members m WHERE m.org_id = :org_id;

-- Service keys that work; those that are being replaced work on for a while.
-- name: cap_used_api_keys :one
SELECT COUNT(*) AS used
FROM api_keys k
WHERE k.org_id = :org_id AND k.user_id IS NULL AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now);

-- Applications that people made; those that registered themselves have a limit of their own.
-- name: cap_used_clients :one
SELECT COUNT(*) AS used
FROM projects p
JOIN clients c ON c.project_id = p.id AND c.source = 'dashboard'
WHERE p.org_id = :org_id AND p.status = 'active' AND p.id <> :console_id;

-- A revoked one is over for good, and leaves its place.
-- name: cap_used_licenses :one
SELECT COUNT(*) AS used
FROM projects p
JOIN licenses l ON l.project_id = p.id AND l.status <> 'revoked'
WHERE p.org_id = :org_id AND p.status = 'active';

-- Small files of a project: its logo and style sheet (the owner is the project), its users' pictures.

-- Two owners may have the same octets.
-- name: asset_get_public :one
-- unscoped: a public client id is what finds the project
SELECT a.media_type, a.body
FROM projects p
JOIN assets a ON a.project_id = p.id AND a.body_digest = :body_digest
WHERE p.client_id = :client_id AND p.status = 'active'
ORDER BY a.owner_id, a.kind
LIMIT 1;

-- name: asset_get :one
SELECT a.body_digest, a.media_type, a.body
FROM assets a
WHERE a.project_id = :project_id AND a.owner_id = :owner_id AND a.kind = :kind;

-- name: asset_put :exec
INSERT INTO assets (project_id, owner_id, kind, body_digest, media_type, body)
VALUES (:project_id, :owner_id, :kind, :body_digest, :media_type, :body)
ON DUPLICATE KEY UPDATE body_digest = VALUES(body_digest), media_type = VALUES(media_type), body = VALUES(body);

-- name: asset_delete :exec
DELETE FROM assets WHERE project_id = :project_id AND owner_id = :owner_id AND kind = :kind;

-- Everything that somebody owned.
-- name: asset_delete_all :exec
DELETE FROM assets WHERE project_id = :project_id AND owner_id = :owner_id;

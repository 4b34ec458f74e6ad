-- Whose tokens a project takes as grants, and whom they stand for (oauth.md rule 27).

-- name: trusted_issuer_insert :exec
INSERT INTO trusted_issuers (project_id, id, issuer, subject, kind, jwks_uri, client_ids, client_id, provider, scopes, version, created_at, updated_at)
VALUES (:project_id, :id, :issuer, :subject, :kind, :jwks_uri, :client_ids, :client_id, :provider, :scopes, 1, :now, :now);

-- name: trusted_issuer_get :one
-- row: trusted_issuer_row
SELECT t.id, t.issuer, t.subject, t.kind, t.jwks_uri, t.client_ids, t.client_id, t.provider, t.scopes, t.version, t.created_at, t.updated_at
FROM trusted_issuers t
WHERE t.project_id = :project_id AND t.id = :id;

-- The newest first.
-- name: trusted_issuer_list :many
-- row: trusted_issuer_row
SELECT t.id, t.issuer, t.subject, t.kind, t.jwks_uri, t.client_ids, t.client_id, t.provider, t.scopes, t.version, t.created_at, t.updated_at
FROM trusted_issuers t
WHERE t.project_id = :project_id AND (:after_id IS NULL OR t.id < :after_id)
ORDER BY t.id DESC
LIMIT :limit;

-- name: trusted_issuer_count :one
SELECT COUNT(*) AS total FROM trusted_issuers t WHERE t.project_id = :project_id;

-- Written first: of two that change it the second reads what the first wrote.
-- name: trusted_issuer_guard :exec
UPDATE trusted_issuers SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id;

-- name: trusted_issuer_update :exec
UPDATE trusted_issuers
SET jwks_uri = :jwks_uri, client_ids = :client_ids, scopes = :scopes
WHERE project_id = :project_id AND id = :id;

-- name: trusted_issuer_delete :exec
DELETE FROM trusted_issuers WHERE project_id = :project_id AND id = :id;

-- Is it a client of the project?
-- name: trusted_issuer_client :one
SELECT c.id FROM clients c WHERE c.project_id = :project_id AND c.id = :client_id;

-- Who says something about people.
-- name: trusted_issuer_of_people :one
-- column: provider text
SELECT t.jwks_uri, t.client_ids, t.provider, t.scopes
FROM trusted_issuers t
WHERE t.project_id = :project_id AND t.issuer = :issuer AND t.subject = '' AND t.kind = 'id_jag';

-- The client that a subject of another issuer is.
-- name: trusted_issuer_of_workload :one
-- column: client_id text
-- unscoped: a public client id is what finds the project
SELECT t.jwks_uri, t.client_id, t.scopes
FROM projects p
JOIN trusted_issuers t ON t.project_id = p.id AND t.issuer = :issuer AND t.subject = :subject AND t.kind = 'workload'
WHERE p.client_id = :issuer_client_id AND p.status = 'active';

-- The person whom a provider calls so, while they may sign in.
-- name: trusted_issuer_person :one
-- row: trusted_person_row
SELECT u.id, u.token_version, u.email, u.email_verified_at, u.name
FROM user_identities i
JOIN users u ON u.project_id = i.project_id AND u.id = i.user_id AND u.status = 'active'
WHERE i.project_id = :project_id AND i.provider = :provider AND i.subject = :subject;

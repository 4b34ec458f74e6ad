-- Documents of others at addresses that clients name (oauth.md rules 37 and 38).

-- name: client_document_get :one
-- row: client_document_row
SELECT d.url, d.kind, d.state, d.body, d.etag, d.doc_digest, d.fresh_until, d.fetched_at, d.error
FROM client_documents d
WHERE d.project_id = :project_id AND d.url_digest = :url_digest;

-- A job is on its way; the last good body stays.
-- name: client_document_want :exec
INSERT INTO client_documents (project_id, url_digest, url, kind, state, body, etag, doc_digest, fresh_until, fetched_at, error)
VALUES (:project_id, :url_digest, :url, :kind, 'wanted', NULL, NULL, NULL, NULL, NULL, NULL)
ON DUPLICATE KEY UPDATE state = 'wanted', error = NULL;

-- name: client_document_put :exec
UPDATE client_documents
SET state = 'ok', body = :body, etag = :etag, doc_digest = :doc_digest, fresh_until = :fresh_until, fetched_at = :now, error = NULL
WHERE project_id = :project_id AND url_digest = :url_digest;

-- A failure isn't kept: whoever asks next has it fetched again.
-- name: client_document_fail :exec
UPDATE client_documents
SET state = 'failed', fetched_at = :now, error = :error
WHERE project_id = :project_id AND url_digest = :url_digest;

-- Those that couldn't be read when they were last asked for.
-- name: client_document_forget :exec
-- unscoped: the sweep serves every project
DELETE FROM client_documents WHERE state = 'failed' AND fetched_at < :before ORDER BY fetched_at, project_id, url_digest LIMIT :limit;

-- The project whose client somebody says to be by an address, and what is known of the address there.
-- name: client_document_find :one
-- row: client_document_find_row
-- column: client_id text?
-- column: state text?
-- unscoped: a public client id is what finds the project
SELECT p.id AS project_id, c.id AS client_id, d.state, d.fresh_until
FROM projects p
JOIN orgs g ON g.id = p.org_id AND g.status = 'active'
LEFT JOIN clients c ON c.project_id = p.id AND c.url_digest = :url_digest AND c.is_active = TRUE
LEFT JOIN client_documents d ON d.project_id = p.id AND d.url_digest = :url_digest
WHERE p.client_id = :issuer_client_id AND p.status = 'active';

-- name: client_of_document :one
SELECT c.id FROM clients c WHERE c.project_id = :project_id AND c.url_digest = :url_digest;

-- An app's request that waits until it is known who the app is.
-- name: oauth_request_fetching :exec
INSERT INTO oauth_requests (project_id, id, kind, client_id, client_url, params, flow_digest, flow_id, session_id, user_id, status, scopes, version,
	created_at, expires_at)
VALUES (:project_id, :id, 'code', NULL, :client_url, :params, :flow_digest, NULL, NULL, NULL, 'fetching', '', 1, :now, :expires_at);

-- Authorizations under way (oauth.md rules 10 to 13).

-- name: oauth_request_insert :exec
INSERT INTO oauth_requests (project_id, id, kind, client_id, params, flow_digest, flow_id, session_id, user_id, status, scopes, version,
	created_at, expires_at)
VALUES (:project_id, :id, :kind, :client_id, :params, :flow_digest, NULL, :session_id, :user_id, :status, :scopes, 1, :now, :expires_at);

-- What an app has pushed: no browser has come with it yet (rule 10).
-- name: oauth_request_push :exec
INSERT INTO oauth_requests (project_id, id, kind, client_id, params, request_uri_digest, status, scopes, version, created_at, expires_at)
VALUES (:project_id, :id, 'code', :client_id, :params, :request_uri_digest, 'pushed', :scopes, 1, :now, :expires_at);

-- name: oauth_request_pushed :one
-- row: oauth_request_row
SELECT r.project_id, r.id, r.kind, r.client_id, r.client_url, r.params, r.flow_digest, r.flow_id, r.session_id, r.user_id, r.status, r.scopes, r.org_id, r.version,
	r.created_at, r.expires_at
FROM oauth_requests r
WHERE r.project_id = :project_id AND r.request_uri_digest = :request_uri_digest AND r.client_id = :client_id AND r.expires_at > :now;

-- Of all browsers that come with it at once it is one's.
-- name: oauth_request_take :exec
UPDATE oauth_requests
SET flow_digest = :flow_digest, session_id = :session_id, user_id = :user_id, status = :status, created_at = :now, expires_at = :expires_at,
	version = version + 1
WHERE project_id = :project_id AND id = :id AND flow_digest IS NULL AND expires_at > :now;

-- name: oauth_request_get :one
-- row: oauth_request_row
SELECT r.project_id, r.id, r.kind, r.client_id, r.client_url, r.params, r.flow_digest, r.flow_id, r.session_id, r.user_id, r.status, r.scopes, r.org_id, r.version,
	r.created_at, r.expires_at
FROM oauth_requests r
WHERE r.project_id = :project_id AND r.id = :id;

-- Whose answer is waited for now.
-- name: oauth_request_ask :exec
UPDATE oauth_requests
SET status = :status, session_id = :session_id, user_id = :user_id, version = version + 1
WHERE project_id = :project_id AND id = :id AND version = :version;

-- name: oauth_request_set_flow :exec
UPDATE oauth_requests
SET flow_id = :flow_id
WHERE project_id = :project_id AND id = :id AND expires_at > :now;

-- Of two decisions at once the second hits nothing (rule 13).
-- name: oauth_request_decide :exec
UPDATE oauth_requests
SET status = :status, scopes = :scopes, org_id = :org_id, version = version + 1
WHERE project_id = :project_id AND id = :id AND status = 'consent' AND session_id = :session_id AND expires_at > :now;

-- A device's, once somebody has typed its code: by the browser and the sign-in that they did it in.
-- name: oauth_request_claim :exec
UPDATE oauth_requests
SET status = 'consent', flow_digest = :flow_digest, session_id = :session_id, user_id = :user_id, version = version + 1
WHERE project_id = :project_id AND id = :id AND kind = 'device' AND status IN ('flow', 'consent') AND expires_at > :now;

-- It becomes a code once.
-- name: oauth_request_end :exec
DELETE FROM oauth_requests WHERE project_id = :project_id AND id = :id AND version = :version AND expires_at > :now;

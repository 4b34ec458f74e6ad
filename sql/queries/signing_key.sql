-- The key pairs that sign a project's tokens (oauth.md rule 32).

-- Of two that make the first key at once the second meets the unique key.
-- name: signing_key_insert :exec
INSERT INTO signing_keys (project_id, id, alg, state, active_alg, public_jwk, private_sealed, not_before, expires_at, created_at)
VALUES (:project_id, :id, :alg, :state, :active_alg, :public_jwk, :private_sealed, :not_before, NULL, :now);

-- name: signing_key_active :one
SELECT k.id, k.private_sealed, k.not_before
FROM signing_keys k
WHERE k.project_id = :project_id AND k.active_alg = :alg;

-- name: signing_key_get :one
-- row: signing_key_row
SELECT k.id, k.alg, k.state, k.not_before, k.expires_at, k.created_at
FROM signing_keys k
WHERE k.project_id = :project_id AND k.id = :id;

-- Those that are published or will be, the newest first.
-- name: signing_key_list :many
-- row: signing_key_row
SELECT k.id, k.alg, k.state, k.not_before, k.expires_at, k.created_at
FROM signing_keys k
WHERE k.project_id = :project_id AND (k.expires_at IS NULL OR k.expires_at > :now) AND (:after_id IS NULL OR k.id < :after_id)
ORDER BY k.id DESC
LIMIT :limit;

-- name: signing_key_count :one
SELECT COUNT(*) AS total
FROM signing_keys k
WHERE k.project_id = :project_id AND (k.expires_at IS NULL OR k.expires_at > :now);

-- What a verifier may need: the next keys, the active ones, and retired ones while a token of theirs may live. No row: no project; one
-- without a key: a project that has none yet.
-- name: signing_key_published :many
-- column: public_jwk text?
-- unscoped: a public client id is what finds the project
SELECT k.public_jwk
FROM projects p
LEFT JOIN signing_keys k ON k.project_id = p.id AND (k.expires_at IS NULL OR k.expires_at > :now)
WHERE p.client_id = :client_id AND p.status = 'active'
ORDER BY k.id
LIMIT 100;

-- name: signing_key_retire :exec
UPDATE signing_keys
SET state = 'retired', active_alg = NULL, expires_at = :expires_at, private_sealed = NULL
WHERE project_id = :project_id AND active_alg = :alg;

-- name: signing_key_activate :exec
UPDATE signing_keys
SET state = 'active', active_alg = alg
WHERE project_id = :project_id AND id = :id AND state = 'next';

-- A next key that somebody doesn't trust any more is never used.
-- name: signing_key_drop_next :exec
DELETE FROM signing_keys WHERE project_id = :project_id AND alg = :alg AND state = 'next';

-- Next keys whose time has come.
-- name: signing_key_due :many
-- unscoped: a job goes over all projects
SELECT k.project_id, k.id, k.alg, p.org_id
FROM signing_keys k
JOIN projects p ON p.id = k.project_id
WHERE k.state = 'next' AND k.not_before <= :now
ORDER BY k.not_before
LIMIT 50;

-- Active keys that have signed long enough and have no successor yet.
-- name: signing_key_old :many
-- unscoped: a job goes over all projects
SELECT k.project_id, k.alg, p.org_id
FROM signing_keys k
JOIN projects p ON p.id = k.project_id AND p.status = 'active'
WHERE k.state = 'active' AND k.not_before <= :before
	AND NOT EXISTS (SELECT 1 FROM signing_keys n WHERE n.project_id = k.project_id AND n.alg = k.alg AND n.state = 'next')
ORDER BY k.not_before
LIMIT 50;

-- name: signing_key_delete_expired :exec
-- unscoped: a job goes over all projects
DELETE FROM signing_keys WHERE state = 'retired' AND expires_at <= :now ORDER BY not_before LIMIT 500;

-- The first statement of a write that carries an Idempotency-Key: whoever inserts the row runs, the others wait for its commit.
-- name: idempotency_insert :exec
INSERT INTO idempotency_keys (actor_id, idempotency_key, request_digest, status, body, object_id, has_secret, expires_at)
VALUES (:actor_id, :idempotency_key, :request_digest, NULL, NULL, NULL, FALSE, :expires_at);

-- name: idempotency_get :one
SELECT k.request_digest, k.status, k.body, k.object_id, k.has_secret, k.expires_at
FROM idempotency_keys k
WHERE k.actor_id = :actor_id AND k.idempotency_key = :idempotency_key;

-- An expired row gives way to a new request, once: the one whose UPDATE hits.
-- name: idempotency_take_over :exec
UPDATE idempotency_keys
SET request_digest = :request_digest, status = NULL, body = NULL, object_id = NULL, has_secret = FALSE,
    expires_at = :expires_at
WHERE actor_id = :actor_id AND idempotency_key = :idempotency_key AND expires_at <= :now;

-- name: idempotency_store :exec
UPDATE idempotency_keys
SET status = :status, body = :body, object_id = :object_id, has_secret = :has_secret
WHERE actor_id = :actor_id AND idempotency_key = :idempotency_key;

-- name: idempotency_delete :exec
DELETE FROM idempotency_keys
WHERE actor_id = :actor_id AND idempotency_key = :idempotency_key;

-- What backends say of people in their tokens.

-- name: user_claims :many
-- row: user_claim_row
SELECT c.claim_key, c.value
FROM user_claims c
WHERE c.project_id = :project_id AND c.user_id = :user_id
ORDER BY c.claim_key
LIMIT 64;

-- list: JSON, an object {"key", "value"} for each claim; the value is JSON text again.
-- name: user_claims_set :exec
-- param: list text
INSERT INTO user_claims (project_id, user_id, claim_key, value, updated_at)
SELECT :project_id, :user_id, j.claim_key, j.value, :now
FROM JSON_TABLE(:list, '$[*]' COLUMNS (claim_key VARCHAR(64) PATH '$.key', value VARCHAR(8192) PATH '$.value')) AS j
ON DUPLICATE KEY UPDATE value = VALUES(value), updated_at = VALUES(updated_at);

-- name: user_claim_remove :exec
DELETE FROM user_claims WHERE project_id = :project_id AND user_id = :user_id AND claim_key = :claim_key;

-- name: user_claims_remove_all :exec
DELETE FROM user_claims WHERE project_id = :project_id AND user_id = :user_id;

-- expect: is text where bytes is needed
-- A digest isn't text.

-- name: text_against_bytes :one
SELECT s.id FROM sessions s WHERE s.project_id = :project_id AND s.token_digest = s.user_id;

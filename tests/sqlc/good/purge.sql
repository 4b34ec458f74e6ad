-- expect: int64_t limit;
-- Batches, in the order of the key.

-- name: purge :exec
DELETE FROM events WHERE project_id = :project_id AND created_at < :before ORDER BY id LIMIT :limit;

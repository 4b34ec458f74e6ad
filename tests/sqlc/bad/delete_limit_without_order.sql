-- expect: DELETE with LIMIT needs ORDER BY
-- Each replica would take other rows.

-- name: delete_limit_without_order :exec
DELETE FROM events WHERE project_id = :project_id LIMIT :limit;

-- expect: UPDATE without WHERE touches every row
-- Every row.

-- name: update_without_where :exec
UPDATE installation SET setup_done_at = :now;

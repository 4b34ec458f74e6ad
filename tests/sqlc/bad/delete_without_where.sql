-- expect: DELETE without WHERE touches every row
-- Every row.

-- name: delete_without_where :exec
DELETE FROM installation;

-- expect: enum err q_no_params(struct db *db, struct q_no_params_row *ret_row) MUST_CHECK;
-- Nothing to give but the row.

-- name: no_params :one
SELECT i.console_id, i.setup_done_at FROM installation i WHERE i.id = 1;

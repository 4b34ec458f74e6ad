-- expect: enum err q_param_binds(struct db *db, const struct q_param_binds *params, struct q_param_binds_row *ret_row) MUST_CHECK;
-- The plain case.

-- name: param_binds :one
SELECT u.id, u.email FROM users u WHERE u.project_id = :project_id AND u.id = :id;

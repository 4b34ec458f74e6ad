-- expect: sessions.project_id is the tenant: a row never moves to another
-- A row never changes its tenant.

-- name: move_to_other_tenant :exec
UPDATE sessions SET project_id = :other WHERE project_id = :project_id AND id = :id;

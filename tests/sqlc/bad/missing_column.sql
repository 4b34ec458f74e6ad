-- expect: events.data is NOT NULL without a default
-- The column has no default.

-- name: missing_column :exec
INSERT INTO events (project_id, id, type, source, source_key, created_at) VALUES (:project_id, :id, :type, 'platform', '-', :now);

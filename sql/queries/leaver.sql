-- People whose time is over: deletions that were asked for, empty rows that nobody needs any more, anonymous people who never came back.

-- name: leaver_due :many
-- unscoped: a job looks at every project
SELECT u.project_id, u.id, u.status, p.org_id, i.console_id
FROM users u
JOIN projects p ON p.id = u.project_id AND p.status = 'active'
JOIN installation i ON i.id = 1
WHERE u.delete_at <= :now
ORDER BY u.delete_at
LIMIT :limit;

-- Projects that have anonymous people, with what they say about them.
-- name: leaver_anonymous_projects :many
-- unscoped: a job looks at every project
SELECT p.id, p.org_id, st.body AS settings_body, i.console_id
FROM projects p
JOIN installation i ON i.id = 1
LEFT JOIN area_settings st ON st.project_id = p.id AND st.area = 'sign_in'
WHERE p.status = 'active' AND EXISTS (SELECT 1 FROM users u WHERE u.project_id = p.id AND u.is_anonymous = TRUE)
ORDER BY p.id
LIMIT 1000;

-- name: leaver_anonymous :many
SELECT u.id
FROM users u
WHERE u.project_id = :project_id AND u.is_anonymous = TRUE AND u.created_at < :made_before AND u.status = 'active'
ORDER BY u.created_at, u.id
LIMIT :limit;

-- The person's row first: who signs in at this moment, or becomes somebody, isn't a leaver any more.
-- name: leaver_claim :exec
UPDATE users
SET updated_at = :now
WHERE project_id = :project_id AND id = :id
	AND ((status NOT IN ('active', 'deleted') AND delete_at <= :now) OR (status = 'active' AND is_anonymous = TRUE));

-- name: leaver_purge :exec
DELETE FROM users
WHERE project_id = :project_id AND id = :id AND status = 'deleted' AND delete_at <= :now;

-- What stands in the way may be gone tomorrow.
-- name: leaver_postpone :exec
UPDATE users
SET delete_at = :delete_at
WHERE project_id = :project_id AND id = :id AND delete_at <= :now;

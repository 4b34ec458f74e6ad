-- expect: const char *a;
-- Several values, and a subquery.

-- name: in_list :many
SELECT u.id FROM users u WHERE u.project_id = :project_id AND u.status IN (:a, :b, 'active')
	AND u.id NOT IN (SELECT m.user_id FROM members m WHERE m.org_id = :org_id) ORDER BY u.id;

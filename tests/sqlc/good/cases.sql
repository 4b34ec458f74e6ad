-- expect: const char *state;
-- expect: const char *label;
-- expect: int64_t ends_at;
-- CASE, COALESCE, LEAST, CONCAT.

-- name: cases :one
SELECT CASE WHEN s.revoked_at IS NOT NULL THEN 'revoked' WHEN s.expires_at <= :now THEN 'expired' ELSE 'active' END AS state,
	COALESCE(s.device, s.user_agent, '') AS label, LEAST(s.expires_at, TIMESTAMPADD(DAY, 90, s.created_at)) AS ends_at,
	CONCAT(s.id, '/', s.user_id) AS path
FROM sessions s WHERE s.project_id = :project_id AND s.id = :id;

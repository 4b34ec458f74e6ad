-- What a shipped program is told (licensing.md section 4).

-- All that a verdict needs, in one statement: the project, its settings, the key that signs (the one that is asked for, else the current one), the
-- license with what its plan gives (2^53: no limit), and the seat of a machine that says exactly what it said when it was bound.
-- name: validation_find :one
-- row: validation_row
-- column: secret_sealed bytes?
-- column: doc text?
-- column: settings_version int?
-- column: kid text?
-- column: private_sealed bytes?
-- column: license_id text?
-- column: product_name text?
-- column: status text?
-- column: mode text?
-- column: max_activations int?
-- column: grace_days int?
-- column: lease_ttl_s int?
-- column: ip_locked int?
-- column: guard int?
-- column: activation_id text?
-- column: last_seen_at time?
-- column: country text?
-- column: plan_id text?
-- unscoped: a public client id is what finds the project
SELECT p.id AS project_id, p.org_id, p.environment, p.meters_full_until, o.status AS org_status, s.secret_sealed, s.doc, s.version AS settings_version,
	k.id AS kid, k.private_sealed, l.id AS license_id, l.product_name, l.status, l.mode, l.max_activations, l.expires_at, l.ends_at,
	l.grace_days, l.ip_locked, l.ip_digest, l.lease_ttl_s, l.guard, a.id AS activation_id, a.last_seen_at,
	a.lease_expires_at, a.country, l.plan_id,
	(SELECT GROUP_CONCAT(CONCAT(f.feature_key, ' ', f.type) ORDER BY f.feature_key SEPARATOR ' ') FROM features f
	 WHERE f.project_id = p.id AND l.plan_id IS NOT NULL) AS feature_names,
	(SELECT GROUP_CONCAT(COALESCE(IF(v.plan_id IS NULL, f.default_value, v.value), 9007199254740992) ORDER BY f.feature_key SEPARATOR ' ')
	 FROM features f
	 LEFT JOIN plan_features v ON v.project_id = f.project_id AND v.plan_id = l.plan_id AND v.feature_id = f.id
	 WHERE f.project_id = p.id AND l.plan_id IS NOT NULL) AS feature_values
FROM projects p
JOIN orgs o ON o.id = p.org_id
LEFT JOIN license_settings s ON s.project_id = p.id
LEFT JOIN license_signing_keys k ON k.project_id = p.id
	AND (k.id = :kid OR (:kid IS NULL AND k.is_current = TRUE)) AND k.status <> 'revoked'
LEFT JOIN licenses l ON l.project_id = p.id AND l.key_digest = :key_digest
LEFT JOIN activations a ON a.project_id = p.id AND a.license_id = l.id AND a.machine_digest = :machine_digest AND a.seat IS NOT NULL
WHERE p.client_id = :client_id AND p.status = 'active'
ORDER BY a.seat
LIMIT 1;

-- All seats, with what their machines said.
-- name: validation_seats :many
SELECT a.id, a.seat, a.machine_digest, a.components, a.last_seen_at, a.lease_expires_at
FROM activations a
WHERE a.project_id = :project_id AND a.license_id = :license_id AND a.seat IS NOT NULL
ORDER BY a.seat
LIMIT 100;

-- Searching: the public directory, people one shares an organization with, and the palette, which finds whatever the person may see.

-- name: search_orgs :many
-- row: found_org_row
-- unscoped: organizations that chose to be found by everybody
SELECT o.id, o.name, o.slug, o.description, o.logo_url, (SELECT COUNT(*) FROM members m WHERE m.org_id = o.id) AS member_count
FROM orgs o
WHERE o.discoverable = TRUE AND o.status = 'active'
	AND (o.name LIKE :search ESCAPE '!' OR o.slug LIKE :slug_search ESCAPE '!')
	AND (:after_id IS NULL OR o.name > :after_name OR (o.name = :after_name AND o.id > :after_id))
ORDER BY o.name, o.id
LIMIT :limit;

-- name: search_org_count :one
-- unscoped: organizations that chose to be found by everybody
SELECT COUNT(*) AS total
FROM orgs o
WHERE o.discoverable = TRUE AND o.status = 'active'
	AND (o.name LIKE :search ESCAPE '!' OR o.slug LIKE :slug_search ESCAPE '!');

-- orgs: "org_… role org_… role …", of those that the asking person shares.
-- name: search_people :many
-- row: found_person_row
-- column: image_url text?
-- column: orgs text
-- unscoped: the person's memberships cross organizations; every row is of one they share
SELECT u.id AS user_id, u.name, u.email, NULL AS image_url,
	GROUP_CONCAT(CONCAT(m.org_id, ' ', m.role) ORDER BY m.org_id SEPARATOR ' ') AS orgs
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN members m ON m.org_id = me.org_id
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND (u.name LIKE :search ESCAPE '!' OR u.email LIKE :search ESCAPE '!')
	AND (:after_id IS NULL OR u.id > :after_id)
GROUP BY u.id, u.name, u.email
ORDER BY u.id
LIMIT :limit;

-- name: search_people_count :one
-- unscoped: the person's memberships cross organizations; every row is of one they share
SELECT COUNT(DISTINCT u.id) AS total
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN members m ON m.org_id = me.org_id
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND (u.name LIKE :search ESCAPE '!' OR u.email LIKE :search ESCAPE '!');

-- The palette's statements, one a type. roles: " manager admin owner ", those who may see such objects. exact_id: what was typed, where it is
-- an id of this type; then nothing else is looked for. target: what the address points to in its page.

-- name: palette_orgs :many
-- row: palette_row
-- column: project_id text?
-- column: target text?
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT o.id, o.name AS label, o.slug AS sub, o.id AS org_id, NULL AS project_id, NULL AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status <> 'deleted'
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND IF(:exact_id IS NULL, o.name LIKE :search ESCAPE '!' OR o.slug LIKE :slug_search ESCAPE '!', o.id = :exact_id)
ORDER BY o.name, o.id
LIMIT 5;

-- name: palette_projects :many
-- row: palette_row
-- column: target text?
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT p.id, p.name AS label, p.slug AS sub, p.org_id, p.id AS project_id, NULL AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND IF(:exact_id IS NULL, p.name LIKE :search ESCAPE '!' OR p.slug LIKE :slug_search ESCAPE '!', p.id = :exact_id)
ORDER BY p.name, p.id
LIMIT 5;

-- name: palette_clients :many
-- row: palette_row
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT c.id, c.name AS label, p.name AS sub, p.org_id, p.id AS project_id, c.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
JOIN clients c ON c.project_id = p.id AND c.is_active = TRUE
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND IF(:exact_id IS NULL, c.name LIKE :search ESCAPE '!', c.id = :exact_id)
ORDER BY c.name, c.id
LIMIT 5;

-- A person's own tokens, and what others' keys their role in the key's project lets them see; those that still work.
-- name: palette_api_keys :many
-- row: palette_row
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT k.id, k.name AS label, CONCAT(k.prefix, '...', k.last4) AS sub, k.org_id, k.project_id, k.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN api_keys k ON k.org_id = me.org_id AND k.revoked_at IS NULL AND (k.expires_at IS NULL OR k.expires_at > :now)
LEFT JOIN project_members pm ON pm.project_id = k.project_id AND pm.org_id = k.org_id AND pm.user_id = me.user_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND (k.user_id = me.user_id
		OR :roles LIKE CONCAT('% ', IF(me.role = 'owner', me.role, COALESCE(pm.role, me.role)), ' %') ESCAPE '!')
	AND IF(:exact_id IS NULL, k.name LIKE :search ESCAPE '!', k.id = :exact_id)
ORDER BY k.name, k.id
LIMIT 5;

-- name: palette_members :many
-- row: palette_row
-- column: project_id text?
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT m.id, u.name AS label, u.email AS sub, m.org_id, NULL AS project_id, m.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN members m ON m.org_id = me.org_id
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND IF(:exact_id IS NULL, u.name LIKE :search ESCAPE '!' OR u.email LIKE :search ESCAPE '!', m.id = :exact_id)
ORDER BY u.name, m.id
LIMIT 5;

-- name: palette_users :many
-- row: palette_row
-- column: project_id text?
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT u.id, u.name AS label, u.email AS sub, m.org_id, NULL AS project_id, m.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN members m ON m.org_id = me.org_id AND m.user_id = :exact_id
JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
ORDER BY m.org_id
LIMIT 5;

-- Those who sign in to a project's app. A project may have a million of them: they are found by what is unique, not by a part of a name.
-- name: palette_project_users :many
-- row: palette_row
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT u.id, IF(u.name <> '', u.name, COALESCE(u.email, u.username, u.id)) AS label, p.name AS sub, p.org_id, p.id AS project_id, u.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
JOIN users u ON u.project_id = p.id AND u.id = :exact_id AND u.status <> 'deleted'
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
ORDER BY p.id
LIMIT 5;

-- name: palette_project_users_by_email :many
-- row: palette_row
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT u.id, IF(u.name <> '', u.name, COALESCE(u.email, u.username, u.id)) AS label, p.name AS sub, p.org_id, p.id AS project_id, u.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
JOIN users u ON u.project_id = p.id AND u.email_key = :email_key AND u.status <> 'deleted'
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
ORDER BY p.id
LIMIT 5;

-- name: palette_invitations :many
-- row: palette_row
-- column: project_id text?
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT i.id, COALESCE(i.email, i.kind) AS label, i.role AS sub, i.org_id, NULL AS project_id, i.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN invitations i ON i.org_id = me.org_id AND i.closed_at IS NULL AND i.expires_at > :now
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND :roles LIKE CONCAT('% ', me.role, ' %') ESCAPE '!'
	AND IF(:exact_id IS NULL, i.email LIKE :search ESCAPE '!', i.id = :exact_id)
ORDER BY i.id DESC
LIMIT 5;

-- name: palette_org_audit_events :many
-- row: palette_row
-- column: project_id text?
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT a.id, a.action AS label, a.actor_label AS sub, me.org_id, NULL AS project_id, a.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN audit_events a ON a.chain_id = me.org_id AND a.id = :exact_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND :roles LIKE CONCAT('% ', me.role, ' %') ESCAPE '!'
ORDER BY a.id
LIMIT 5;

-- name: palette_project_audit_events :many
-- row: palette_row
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT a.id, a.action AS label, a.actor_label AS sub, p.org_id, p.id AS project_id, a.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
JOIN audit_events a ON a.chain_id = p.id AND a.id = :exact_id
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = p.org_id AND pm.user_id = me.user_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND :roles LIKE CONCAT('% ', IF(me.role = 'owner', me.role, COALESCE(pm.role, me.role)), ' %') ESCAPE '!'
ORDER BY a.id
LIMIT 5;

-- name: palette_events :many
-- row: palette_row
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT e.id, e.type AS label, p.name AS sub, p.org_id, p.id AS project_id, e.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
JOIN events e ON e.project_id = p.id AND e.id = :exact_id
LEFT JOIN project_members pm ON pm.project_id = p.id AND pm.org_id = p.org_id AND pm.user_id = me.user_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND :roles LIKE CONCAT('% ', IF(me.role = 'owner', me.role, COALESCE(pm.role, me.role)), ' %') ESCAPE '!'
ORDER BY e.id
LIMIT 5;

-- Licenses are found as an app's users are: by what is unique, and by how a product's name begins, which an index answers.
-- name: palette_licenses :many
-- row: palette_row
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT l.id, l.product_name AS label, CONCAT('...', l.key_last4, ' in ', p.name) AS sub, p.org_id, p.id AS project_id, l.id AS target
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
JOIN licenses l ON l.project_id = p.id AND l.id = :exact_id
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
ORDER BY l.id
LIMIT 5;

-- Those whose key ends so, and with first4 begins so: a whole key is compared with what key_sealed holds.
-- name: palette_licenses_by_key :many
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT l.id, l.product_name AS label, CONCAT('...', l.key_last4, ' in ', p.name) AS sub, p.org_id, p.id AS project_id, l.id AS target, l.key_sealed
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
JOIN licenses l ON l.project_id = p.id AND l.key_last4 = :last4 AND (:first4 IS NULL OR l.key_first4 = :first4)
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
ORDER BY l.id DESC
LIMIT :limit;

-- The projects with a license of such a product: a project may have a million of them, and only its first five are read.
-- name: palette_license_projects :many
-- unscoped: the person's memberships cross organizations; every row is bound to the person
SELECT p.id
FROM members me
JOIN orgs o ON o.id = me.org_id AND o.status = 'active'
JOIN projects p ON p.org_id = me.org_id AND p.status = 'active'
WHERE me.console_id = :console_id AND me.user_id = :user_id AND (:only_id IS NULL OR me.org_id = :only_id)
	AND EXISTS (SELECT 1 FROM licenses l WHERE l.project_id = p.id AND l.product_name LIKE :product ESCAPE '!')
ORDER BY p.id
LIMIT 5;

-- name: palette_licenses_by_product :many
-- row: palette_row
SELECT l.id, l.product_name AS label, CONCAT('...', l.key_last4, ' in ', p.name) AS sub, p.org_id, p.id AS project_id, l.id AS target
FROM licenses l
JOIN projects p ON p.id = l.project_id
WHERE l.project_id = :project_id AND l.product_name LIKE :product ESCAPE '!'
ORDER BY l.product_name, l.id
LIMIT 5;

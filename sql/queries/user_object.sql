-- The people of a project as the API shows them: one, and lists in each order that may be asked for.
-- A deleted one's row stays for a while, so that its id means nobody else; nothing here shows it.
-- locked: throttle.h's THROTTLE_LOCK_COUNT failures in a row.

-- name: user_object_get :one
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.id = :id AND u.status <> 'deleted';

-- name: user_object_by_key :one
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.status <> 'deleted'
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:external_id IS NULL OR u.external_id = :external_id)
	AND (:email_key IS NOT NULL OR :external_id IS NOT NULL);

-- The newest first.
-- name: user_list_newest :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.status <> 'deleted'
	AND (:only_id IS NULL OR u.id = :only_id)
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR u.created_at < :after_at OR (u.created_at = :after_at AND u.id < :after_id))
ORDER BY u.created_at DESC, u.id DESC
LIMIT :limit;

-- The oldest first.
-- name: user_list_oldest :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.status <> 'deleted'
	AND (:only_id IS NULL OR u.id = :only_id)
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR u.created_at > :after_at OR (u.created_at = :after_at AND u.id > :after_id))
ORDER BY u.created_at, u.id
LIMIT :limit;

-- By name.
-- name: user_list_by_name :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.status <> 'deleted'
	AND (:only_id IS NULL OR u.id = :only_id)
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR u.name > :after_name OR (u.name = :after_name AND u.id > :after_id))
ORDER BY u.name, u.id
LIMIT :limit;

-- By e-mail address; those without one come first.
-- name: user_list_by_email :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.status <> 'deleted'
	AND (:only_id IS NULL OR u.id = :only_id)
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR (:after_email IS NULL AND (u.email_key IS NOT NULL OR u.id > :after_id))
		OR u.email_key > :after_email OR (u.email_key = :after_email AND u.id > :after_id))
ORDER BY u.email_key, u.id
LIMIT :limit;

-- Who was away longest first; before them who never came.
-- name: user_list_by_last_sign_in :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.status <> 'deleted'
	AND (:only_id IS NULL OR u.id = :only_id)
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR (:after_at IS NULL AND (u.last_sign_in_at IS NOT NULL OR u.id > :after_id))
		OR u.last_sign_in_at > :after_at OR (u.last_sign_in_at = :after_at AND u.id > :after_id))
ORDER BY u.last_sign_in_at, u.id
LIMIT :limit;

-- Who came last first; who never came last.
-- name: user_list_by_latest_sign_in :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM users u
WHERE u.project_id = :project_id AND u.status <> 'deleted'
	AND (:only_id IS NULL OR u.id = :only_id)
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR (:after_at IS NULL AND u.last_sign_in_at IS NULL AND u.id < :after_id)
		OR (:after_at IS NOT NULL AND u.last_sign_in_at IS NULL)
		OR u.last_sign_in_at < :after_at OR (u.last_sign_in_at = :after_at AND u.id < :after_id))
ORDER BY u.last_sign_in_at DESC, u.id DESC
LIMIT :limit;

-- As far as :limit.
-- name: user_count :one
-- param: email_verified int
-- param: anonymous int
SELECT COUNT(*) AS total
FROM (SELECT 1
	FROM users u
	WHERE u.project_id = :project_id AND u.status <> 'deleted'
		AND (:only_id IS NULL OR u.id = :only_id)
		AND (:email_key IS NULL OR u.email_key = :email_key)
		AND (:status IS NULL OR u.status = :status)
		AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
		AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
		AND (:created_after IS NULL OR u.created_at > :created_after)
		AND (:created_before IS NULL OR u.created_at < :created_before)
	LIMIT :limit) AS counted;

-- How many parts begin so, as far as :limit.
-- name: user_search_probe :one
SELECT COUNT(*) AS total
FROM (SELECT 1
	FROM user_words s
	WHERE s.project_id = :project_id AND s.part LIKE :part ESCAPE '!'
	LIMIT :limit) AS counted;

-- The same as people, all of them.
-- name: user_search_people :one
SELECT COUNT(DISTINCT s.user_id) AS total
FROM user_words s FORCE INDEX (PRIMARY)
WHERE s.project_id = :project_id AND (s.part LIKE :part ESCAPE '!' OR s.part = :whole_part);

-- The people that come next, for the last one's id.
-- name: user_window_newest :many
-- row: user_id_row
SELECT u.id
FROM users u
WHERE u.project_id = :project_id AND (:after_id IS NULL OR u.id < :after_id)
ORDER BY u.id DESC
LIMIT :limit;

-- name: user_window_oldest :many
-- row: user_id_row
SELECT u.id
FROM users u
WHERE u.project_id = :project_id AND (:after_id IS NULL OR u.id > :after_id)
ORDER BY u.id
LIMIT :limit;

-- Who has a text with a part that begins so, once each: all such parts are read, which stand together. whole_part: of an external id or a
-- number, which are found whole. longer: what was typed, where an entry doesn't hold all of it. Ids sort by creation.
-- name: user_search_newest :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM user_words s FORCE INDEX (PRIMARY)
STRAIGHT_JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id
WHERE s.project_id = :project_id AND (s.part LIKE :part ESCAPE '!' OR s.part = :whole_part)
	AND NOT EXISTS (SELECT 1 FROM user_words d FORCE INDEX (k_user_id_part) WHERE d.project_id = u.project_id AND d.user_id = u.id AND d.part < s.part
		AND (d.part LIKE :part ESCAPE '!' OR d.part = :whole_part))
	AND (u.external_id = :whole OR u.phone = :ascii_whole OR (s.part <> :whole_part AND (:longer IS NULL
		OR u.email LIKE :longer ESCAPE '!' OR u.name LIKE :longer ESCAPE '!' OR u.username LIKE :ascii_longer ESCAPE '!')))
	AND u.status <> 'deleted'
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR s.user_id < :after_id)
ORDER BY s.user_id DESC
LIMIT :limit;

-- The same, the oldest first.
-- name: user_search_oldest :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM user_words s FORCE INDEX (PRIMARY)
STRAIGHT_JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id
WHERE s.project_id = :project_id AND (s.part LIKE :part ESCAPE '!' OR s.part = :whole_part)
	AND NOT EXISTS (SELECT 1 FROM user_words d FORCE INDEX (k_user_id_part) WHERE d.project_id = u.project_id AND d.user_id = u.id AND d.part < s.part
		AND (d.part LIKE :part ESCAPE '!' OR d.part = :whole_part))
	AND (u.external_id = :whole OR u.phone = :ascii_whole OR (s.part <> :whole_part AND (:longer IS NULL
		OR u.email LIKE :longer ESCAPE '!' OR u.name LIKE :longer ESCAPE '!' OR u.username LIKE :ascii_longer ESCAPE '!')))
	AND u.status <> 'deleted'
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND (:after_id IS NULL OR s.user_id > :after_id)
ORDER BY s.user_id
LIMIT :limit;

-- The same again, but person by person as far as last_id: for what many have.
-- name: user_walk_newest :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM user_words s FORCE INDEX (k_user_id_part)
STRAIGHT_JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id
WHERE s.project_id = :project_id AND (s.part LIKE :part ESCAPE '!' OR s.part = :whole_part)
	AND NOT EXISTS (SELECT 1 FROM user_words d FORCE INDEX (k_user_id_part) WHERE d.project_id = u.project_id AND d.user_id = u.id AND d.part < s.part
		AND (d.part LIKE :part ESCAPE '!' OR d.part = :whole_part))
	AND (u.external_id = :whole OR u.phone = :ascii_whole OR (s.part <> :whole_part AND (:longer IS NULL
		OR u.email LIKE :longer ESCAPE '!' OR u.name LIKE :longer ESCAPE '!' OR u.username LIKE :ascii_longer ESCAPE '!')))
	AND u.status <> 'deleted'
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND s.user_id >= :last_id
	AND (:after_id IS NULL OR s.user_id < :after_id)
ORDER BY s.user_id DESC
LIMIT :limit;

-- name: user_walk_oldest :many
-- row: user_object_row
-- column: external_id text?
-- column: sort_key text?
-- column: image_url text?
-- param: email_verified int
-- param: anonymous int
SELECT u.id, u.email, u.email_verified_at IS NOT NULL AS email_verified, u.phone, u.phone_verified_at IS NOT NULL AS phone_verified,
	u.username, NULL AS external_id, u.external_id AS external_key, u.name, u.locale, u.status, u.ban_reason, u.ban_expires_at,
	u.is_anonymous AS anonymous,
	EXISTS (SELECT 1 FROM user_passwords w WHERE w.project_id = u.project_id AND w.user_id = u.id) AS has_password,
	EXISTS (SELECT 1 FROM sign_in_throttles t WHERE t.project_id = u.project_id AND t.kind = 'account'
		AND t.subject_digest = UNHEX(SHA2(u.id, 256)) AND t.count >= 100) AS locked,
	EXISTS (SELECT f.id FROM user_factors f WHERE f.project_id = u.project_id AND f.user_id = u.id AND f.kind <> 'codes'
		AND f.confirmed_at IS NOT NULL) AS mfa_enabled,
	u.image_digest, (SELECT p.client_id FROM projects p WHERE p.id = u.project_id) AS client_id, NULL AS image_url,
	u.metadata, u.created_at, u.updated_at, u.last_sign_in_at, u.version, u.email_key, NULL AS sort_key
FROM user_words s FORCE INDEX (k_user_id_part)
STRAIGHT_JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id
WHERE s.project_id = :project_id AND (s.part LIKE :part ESCAPE '!' OR s.part = :whole_part)
	AND NOT EXISTS (SELECT 1 FROM user_words d FORCE INDEX (k_user_id_part) WHERE d.project_id = u.project_id AND d.user_id = u.id AND d.part < s.part
		AND (d.part LIKE :part ESCAPE '!' OR d.part = :whole_part))
	AND (u.external_id = :whole OR u.phone = :ascii_whole OR (s.part <> :whole_part AND (:longer IS NULL
		OR u.email LIKE :longer ESCAPE '!' OR u.name LIKE :longer ESCAPE '!' OR u.username LIKE :ascii_longer ESCAPE '!')))
	AND u.status <> 'deleted'
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before)
	AND s.user_id <= :last_id
	AND (:after_id IS NULL OR s.user_id > :after_id)
ORDER BY s.user_id
LIMIT :limit;

-- name: user_search_count :one
-- param: email_verified int
-- param: anonymous int
SELECT COUNT(*) AS total
FROM user_words s FORCE INDEX (PRIMARY)
STRAIGHT_JOIN users u ON u.project_id = s.project_id AND u.id = s.user_id
WHERE s.project_id = :project_id AND (s.part LIKE :part ESCAPE '!' OR s.part = :whole_part)
	AND NOT EXISTS (SELECT 1 FROM user_words d FORCE INDEX (k_user_id_part) WHERE d.project_id = u.project_id AND d.user_id = u.id AND d.part < s.part
		AND (d.part LIKE :part ESCAPE '!' OR d.part = :whole_part))
	AND (u.external_id = :whole OR u.phone = :ascii_whole OR (s.part <> :whole_part AND (:longer IS NULL
		OR u.email LIKE :longer ESCAPE '!' OR u.name LIKE :longer ESCAPE '!' OR u.username LIKE :ascii_longer ESCAPE '!')))
	AND u.status <> 'deleted'
	AND (:email_key IS NULL OR u.email_key = :email_key)
	AND (:status IS NULL OR u.status = :status)
	AND (:email_verified IS NULL OR u.is_email_verified = :email_verified)
	AND (:anonymous IS NULL OR u.is_anonymous = :anonymous)
	AND (:created_after IS NULL OR u.created_at > :created_after)
	AND (:created_before IS NULL OR u.created_at < :created_before);

-- list: JSON of texts as lib/search_words.h makes it. Those that only differ by an accent are one row.
-- name: user_words_insert :exec
-- param: list text
INSERT INTO user_words (project_id, part, user_id)
SELECT :project_id, j.part, :user_id
FROM JSON_TABLE(:list, '$[*]' COLUMNS (part VARCHAR(24) PATH '$')) AS j
ON DUPLICATE KEY UPDATE part = user_words.part;

-- name: user_words_delete :exec
DELETE FROM user_words WHERE project_id = :project_id AND user_id = :user_id;

-- Who has one of these already; at most two are asked for, since more than one is too many.
-- name: user_import_match :many
SELECT u.id, u.email_key, u.phone, u.username, u.external_id
FROM users u
WHERE u.project_id = :project_id
	AND (u.email_key = :email_key OR u.phone = :phone OR u.username = :username OR u.external_id = :external_id)
ORDER BY u.id
LIMIT 2;

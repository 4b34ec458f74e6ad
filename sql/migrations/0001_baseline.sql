-- The schema of an empty database. Made by `sqlc --baseline` from sql/schema; a test compares the two.

CREATE TABLE schema_migrations (
	id VARCHAR(64) COLLATE ascii_bin NOT NULL,
	checksum VARCHAR(64) COLLATE ascii_bin NOT NULL,
	applied_at DATETIME(3) NOT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE schema_guard (
	id TINYINT UNSIGNED NOT NULL,
	holder VARCHAR(64) COLLATE ascii_bin NULL,
	lease_until DATETIME(3) NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE stat_flushes (
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	flushed_at DATETIME(3) NOT NULL,
	PRIMARY KEY (id),
	KEY k_flushed_at (flushed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE orgs (
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(255) NOT NULL,
	slug VARCHAR(64) COLLATE ascii_bin NOT NULL,
	description VARCHAR(500) NULL,
	logo_url VARCHAR(2048) COLLATE ascii_bin NULL,
	discoverable BOOLEAN NOT NULL,
	status VARCHAR(16) COLLATE ascii_bin NOT NULL,
	default_project_id VARCHAR(29) COLLATE ascii_bin NULL,
	version INT UNSIGNED NOT NULL,
	guard INT UNSIGNED NOT NULL DEFAULT 0,
	created_by VARCHAR(29) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	deleted_at DATETIME(3) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY uq_slug (slug),
	KEY k_discoverable_name (discoverable, name),
	KEY k_status_id (status, id),
	KEY k_id_default_project_id (id, default_project_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE projects (
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(255) NOT NULL,
	slug VARCHAR(64) COLLATE ascii_bin NOT NULL,
	type VARCHAR(8) COLLATE ascii_bin NOT NULL,
	environment VARCHAR(4) COLLATE ascii_bin NOT NULL,
	description VARCHAR(500) NULL,
	logo_url VARCHAR(2048) COLLATE ascii_bin NULL,
	status VARCHAR(16) COLLATE ascii_bin NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_by VARCHAR(29) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	deleted_at DATETIME(3) NULL,
	meters_full_until DATETIME(3) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY uq_client_id (client_id),
	UNIQUE KEY uq_org_id_slug (org_id, slug),
	UNIQUE KEY uq_org_id_id (org_id, id),
	KEY k_status_deleted_at (status, deleted_at),
	CONSTRAINT projects_environment CHECK (environment IN ('live','test')),
	CONSTRAINT projects_type CHECK (type IN ('web','mcp','hybrid')),
	CONSTRAINT projects_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE users (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	email VARCHAR(254) NULL,
	email_key VARBINARY(320) NULL,
	email_verified_at DATETIME(3) NULL,
	is_email_verified BOOLEAN AS (email_verified_at IS NOT NULL) VIRTUAL,
	phone VARCHAR(16) COLLATE ascii_bin NULL,
	phone_verified_at DATETIME(3) NULL,
	username VARCHAR(32) COLLATE ascii_bin NULL,
	external_id VARBINARY(255) NULL,
	name VARCHAR(255) NOT NULL,
	locale VARCHAR(35) COLLATE ascii_bin NULL,
	image_digest VARBINARY(32) NULL,
	metadata TEXT NOT NULL,
	status VARCHAR(16) COLLATE ascii_bin NOT NULL,
	ban_reason VARCHAR(500) NULL,
	ban_expires_at DATETIME(3) NULL,
	delete_at DATETIME(3) NULL,
	is_anonymous BOOLEAN NOT NULL,
	is_made_by_member BOOLEAN NOT NULL DEFAULT FALSE,
	webauthn_handle VARBINARY(32) NOT NULL,
	token_version INT UNSIGNED NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	last_sign_in_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_email_key (project_id, email_key),
	KEY k_email_key_id (project_id, email_key, id),
	UNIQUE KEY uq_phone (project_id, phone),
	UNIQUE KEY uq_username (project_id, username),
	UNIQUE KEY uq_external_id (project_id, external_id),
	UNIQUE KEY uq_webauthn_handle (project_id, webauthn_handle),
	KEY k_created_at_id (project_id, created_at, id),
	KEY k_status_created_at_id (project_id, status, created_at, id),
	KEY k_is_email_verified_created_at (project_id, is_email_verified, created_at),
	KEY k_last_sign_in_at_id (project_id, last_sign_in_at, id),
	KEY k_is_anonymous_created_at (project_id, is_anonymous, created_at),
	KEY k_name_id (project_id, name, id),
	KEY k_delete_at (delete_at),
	CONSTRAINT users_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE user_words (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	part VARCHAR(24) NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (project_id, part, user_id),
	KEY k_user_id_part (project_id, user_id, part),
	CONSTRAINT user_words_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE user_passwords (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	hash VARBINARY(512) NOT NULL,
	scheme VARCHAR(24) COLLATE ascii_bin NOT NULL,
	is_change_due BOOLEAN NOT NULL,
	changed_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, user_id),
	CONSTRAINT user_passwords_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE user_identities (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(48) COLLATE ascii_bin NOT NULL,
	subject VARBINARY(255) NOT NULL,
	email VARCHAR(254) NULL,
	is_email_verified BOOLEAN NOT NULL,
	linked_at DATETIME(3) NOT NULL,
	last_used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_provider_subject (project_id, provider, subject),
	KEY k_user_id (project_id, user_id),
	CONSTRAINT user_identities_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE user_factors (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	name VARCHAR(120) NOT NULL,
	confirmed_at DATETIME(3) NULL,
	secret_sealed VARBINARY(512) NULL,
	last_step BIGINT NULL,
	credential_id VARBINARY(1023) NULL,
	credential_digest VARBINARY(32) NULL,
	public_key VARBINARY(1024) NULL,
	sign_count BIGINT UNSIGNED NOT NULL,
	is_backup_eligible BOOLEAN NOT NULL,
	is_backed_up BOOLEAN NOT NULL,
	created_at DATETIME(3) NOT NULL,
	last_used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_credential_digest (project_id, credential_digest),
	KEY k_user_id_kind (project_id, user_id, kind),
	CONSTRAINT user_factors_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE user_days (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	day DATE NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (project_id, day, user_id),
	KEY k_user_id (project_id, user_id),
	KEY k_day (day),
	CONSTRAINT user_days_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE user_claims (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	claim_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	value TEXT NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, user_id, claim_key),
	CONSTRAINT user_claims_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE sessions (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	parent_id VARCHAR(29) COLLATE ascii_bin NULL,
	token_digest VARBINARY(32) NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NULL,
	workspace_id VARCHAR(29) COLLATE ascii_bin NULL,
	session_class VARCHAR(24) COLLATE ascii_bin NOT NULL,
	auth_strength VARCHAR(24) COLLATE ascii_bin NOT NULL,
	amr VARCHAR(120) COLLATE ascii_bin NOT NULL,
	level TINYINT UNSIGNED NOT NULL,
	authenticated_at DATETIME(3) NOT NULL,
	ip VARBINARY(16) NULL,
	user_agent VARCHAR(400) NULL,
	device VARCHAR(120) NULL,
	impersonator_id VARCHAR(29) COLLATE ascii_bin NULL,
	impersonation_reason VARCHAR(500) NULL,
	created_at DATETIME(3) NOT NULL,
	last_seen_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_token_digest (project_id, token_digest),
	KEY k_user_id_created_at (project_id, user_id, created_at),
	KEY k_parent_id (project_id, parent_id),
	KEY k_workspace_id (project_id, workspace_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT sessions_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE,
	CONSTRAINT sessions_fk2 FOREIGN KEY (project_id, parent_id) REFERENCES sessions (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE used_jtis (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(16) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, kind, digest),
	KEY k_expires_at (expires_at),
	CONSTRAINT used_jtis_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE usage_events (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	event_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	quantity BIGINT UNSIGNED NOT NULL,
	result TEXT NULL,
	occurred_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, meter_key, event_key),
	KEY k_subject_id (project_id, subject_id, meter_key, occurred_at),
	KEY k_occurred_at (project_id, meter_key, occurred_at),
	KEY k_expires_at (expires_at),
	CONSTRAINT usage_events_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE usage_counters (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	period_at DATETIME(3) NOT NULL,
	used BIGINT UNSIGNED NOT NULL,
	warned_percent TINYINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, meter_key, subject_id, period_at),
	KEY k_subject_id (project_id, subject_id, period_at),
	CONSTRAINT usage_counters_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE stat_hourly (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	metric VARCHAR(24) COLLATE ascii_bin NOT NULL,
	bucket_at DATETIME(3) NOT NULL,
	dim VARCHAR(16) COLLATE ascii_bin NOT NULL,
	dim_value VARCHAR(64) COLLATE ascii_bin NOT NULL,
	n BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, metric, dim, bucket_at, dim_value),
	KEY k_bucket_at (bucket_at),
	CONSTRAINT stat_hourly_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE stat_daily (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	metric VARCHAR(24) COLLATE ascii_bin NOT NULL,
	bucket_at DATETIME(3) NOT NULL,
	dim VARCHAR(16) COLLATE ascii_bin NOT NULL,
	dim_value VARCHAR(64) COLLATE ascii_bin NOT NULL,
	n BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, metric, dim, bucket_at, dim_value),
	KEY k_bucket_at (bucket_at),
	CONSTRAINT stat_daily_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE social_providers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(48) COLLATE ascii_bin NOT NULL,
	is_enabled BOOLEAN NOT NULL,
	body TEXT NOT NULL,
	secret_sealed BLOB NULL,
	version INT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, provider),
	CONSTRAINT social_providers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE signing_keys (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	alg VARCHAR(8) COLLATE ascii_bin NOT NULL,
	state VARCHAR(8) COLLATE ascii_bin NOT NULL,
	active_alg VARCHAR(8) COLLATE ascii_bin NULL,
	public_jwk TEXT NOT NULL,
	private_sealed BLOB NULL,
	not_before DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_active_alg (project_id, active_alg),
	KEY k_state_not_before (state, not_before),
	CONSTRAINT signing_keys_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE sign_in_throttles (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(12) COLLATE ascii_bin NOT NULL,
	subject_digest VARBINARY(32) NOT NULL,
	subject VARCHAR(64) COLLATE ascii_bin NULL,
	count INT UNSIGNED NOT NULL,
	window_start_at DATETIME(3) NOT NULL,
	blocked_until_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, kind, subject_digest),
	KEY k_blocked_until_at (project_id, blocked_until_at),
	KEY k_window_start_at (window_start_at),
	CONSTRAINT sign_in_throttles_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE revoked_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	jti VARCHAR(64) COLLATE ascii_bin NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, jti),
	KEY k_expires_at (expires_at),
	CONSTRAINT revoked_tokens_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE resource_servers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	identifier VARBINARY(255) NOT NULL,
	name VARCHAR(120) NOT NULL,
	token_claims VARCHAR(120) COLLATE ascii_bin NOT NULL,
	access_token_ttl_s INT UNSIGNED NOT NULL,
	signing_alg VARCHAR(8) COLLATE ascii_bin NOT NULL,
	allow_third_party BOOLEAN NOT NULL,
	is_active BOOLEAN NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_identifier (project_id, identifier),
	CONSTRAINT resource_servers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE resource_server_scopes (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	resource_server_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(64) COLLATE ascii_bin NOT NULL,
	description VARCHAR(255) NOT NULL,
	plans TEXT NOT NULL,
	PRIMARY KEY (project_id, resource_server_id, name),
	CONSTRAINT resource_server_scopes_fk1 FOREIGN KEY (project_id, resource_server_id) REFERENCES resource_servers (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE project_limits (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	limit_value BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, meter_key),
	CONSTRAINT project_limits_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE project_hosts (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARCHAR(255) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id),
	UNIQUE KEY uq_issuer (issuer),
	CONSTRAINT project_hosts_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE plans (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	display_name VARCHAR(128) NOT NULL,
	price BIGINT UNSIGNED NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	period VARCHAR(8) COLLATE ascii_bin NOT NULL,
	description VARCHAR(512) NULL,
	meters TEXT NULL,
	trial_days INT UNSIGNED NOT NULL,
	is_public BOOLEAN NOT NULL,
	is_default BOOLEAN NULL,
	sort INT UNSIGNED NOT NULL,
	is_archived BOOLEAN NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_plan_key (project_id, plan_key),
	UNIQUE KEY uq_is_default (project_id, is_default),
	CONSTRAINT plans_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE plan_trials (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	started_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, subject_id, plan_id),
	KEY k_plan_id (project_id, plan_id),
	CONSTRAINT plan_trials_fk1 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE plan_assignments (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	source VARCHAR(8) COLLATE ascii_bin NOT NULL,
	announced VARCHAR(8) COLLATE ascii_bin NOT NULL,
	announce_at DATETIME(3) NULL,
	trial_ends_at DATETIME(3) NULL,
	current_period_end_at DATETIME(3) NULL,
	expires_at DATETIME(3) NULL,
	ends_at DATETIME(3) NULL,
	cancel_at_period_end BOOLEAN NOT NULL,
	payment_id VARCHAR(29) COLLATE ascii_bin NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, subject_id),
	KEY k_plan_id (project_id, plan_id),
	KEY k_announce_at (announce_at),
	CONSTRAINT plan_assignments_fk1 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE payment_providers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(8) COLLATE ascii_bin NOT NULL,
	connection_id VARCHAR(29) COLLATE ascii_bin NULL,
	instructions VARCHAR(4096) NULL,
	is_default BOOLEAN NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, provider),
	UNIQUE KEY uq_is_default (project_id, is_default),
	KEY k_connection_id (project_id, connection_id),
	CONSTRAINT payment_providers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE payment_notifications (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	connection_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	body_digest VARBINARY(32) NOT NULL,
	payment_id VARCHAR(29) COLLATE ascii_bin NULL,
	status VARCHAR(10) COLLATE ascii_bin NULL,
	outcome VARCHAR(8) COLLATE ascii_bin NOT NULL,
	received_at DATETIME(3) NOT NULL,
	received_until DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, connection_id, body_digest),
	KEY k_payment_id_received_at (project_id, payment_id, received_at),
	KEY k_received_until (received_until),
	CONSTRAINT payment_notifications_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE past_org_plans (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	ended_at DATETIME(3) NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	display_name VARCHAR(128) NOT NULL,
	price BIGINT UNSIGNED NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	period VARCHAR(8) COLLATE ascii_bin NOT NULL,
	meters TEXT NULL,
	source VARCHAR(8) COLLATE ascii_bin NULL,
	began_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, ended_at, plan_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT past_org_plans_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE org_usage (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	period_at DATETIME(3) NOT NULL,
	used BIGINT UNSIGNED NOT NULL,
	warned_percent TINYINT UNSIGNED NOT NULL,
	PRIMARY KEY (org_id, meter_key, period_at),
	KEY k_meter_key_period_at (meter_key, period_at),
	CONSTRAINT org_usage_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE one_time_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	token_digest VARBINARY(32) NOT NULL,
	purpose VARCHAR(24) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	flow_id VARCHAR(29) COLLATE ascii_bin NULL,
	target VARBINARY(320) NULL,
	expires_at DATETIME(3) NOT NULL,
	used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, token_digest),
	KEY k_user_id_purpose (project_id, user_id, purpose),
	KEY k_expires_at (expires_at),
	CONSTRAINT one_time_tokens_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT one_time_tokens_fk2 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE oauth_settings (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	signing_alg VARCHAR(8) COLLATE ascii_bin NOT NULL,
	access_token_ttl_s INT UNSIGNED NOT NULL,
	dcr VARCHAR(8) COLLATE ascii_bin NULL,
	cimd VARCHAR(8) COLLATE ascii_bin NULL,
	cimd_trusted_domains MEDIUMTEXT NOT NULL,
	require_par BOOLEAN NOT NULL,
	dpop_require_nonce BOOLEAN NOT NULL,
	min_token_version INT UNSIGNED NOT NULL,
	guard INT UNSIGNED NOT NULL,
	version INT UNSIGNED NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id),
	CONSTRAINT oauth_settings_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE meters (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	unit VARCHAR(32) NOT NULL,
	display_name VARCHAR(128) NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_meter_key (project_id, meter_key),
	CONSTRAINT meters_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE messages (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	channel VARCHAR(4) COLLATE ascii_bin NOT NULL,
	template VARCHAR(64) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	recipient VARCHAR(254) NOT NULL,
	recipient_digest VARBINARY(32) NOT NULL,
	payload_sealed MEDIUMBLOB NULL,
	status VARCHAR(8) COLLATE ascii_bin NOT NULL,
	attempts TINYINT UNSIGNED NOT NULL,
	retries SMALLINT UNSIGNED NOT NULL DEFAULT 0,
	retried_at DATETIME(3) NULL,
	next_attempt_at DATETIME(3) NULL,
	claimed_by VARCHAR(64) COLLATE ascii_bin NULL,
	lease_until DATETIME(3) NULL,
	last_error VARCHAR(500) NULL,
	is_repeated BOOLEAN NOT NULL DEFAULT FALSE,
	provider_message_id VARCHAR(255) NULL,
	cause_digest VARBINARY(32) NULL,
	created_at DATETIME(3) NOT NULL,
	sent_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_cause_digest (project_id, cause_digest),
	KEY k_status_next_attempt_at (status, next_attempt_at),
	KEY k_status_id (project_id, status, id),
	KEY k_template_id (project_id, template, id),
	KEY k_user_id_id (project_id, user_id, id),
	KEY k_recipient_digest_created_at (project_id, recipient_digest, created_at),
	CONSTRAINT messages_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT messages_fk2 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE mail_templates (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	slug VARCHAR(64) COLLATE ascii_bin NOT NULL,
	locale VARCHAR(35) COLLATE ascii_bin NOT NULL,
	category VARCHAR(16) COLLATE ascii_bin NOT NULL,
	name VARCHAR(200) NOT NULL,
	subject VARCHAR(500) NOT NULL,
	body MEDIUMTEXT NOT NULL,
	version INT UNSIGNED NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, slug, locale),
	CONSTRAINT mail_templates_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE licenses (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	key_digest VARBINARY(32) NOT NULL,
	key_sealed VARBINARY(160) NOT NULL,
	key_first4 VARCHAR(4) COLLATE ascii_bin NOT NULL,
	key_last4 VARCHAR(4) COLLATE ascii_bin NOT NULL,
	product_name VARCHAR(255) NOT NULL,
	status VARCHAR(9) COLLATE ascii_bin NOT NULL,
	mode VARCHAR(11) COLLATE ascii_bin NOT NULL,
	max_activations INT UNSIGNED NOT NULL,
	expires_at DATETIME(3) NULL,
	ends_at DATETIME(3) NULL,
	grace_days INT UNSIGNED NOT NULL,
	ip_locked BOOLEAN NOT NULL,
	ip_digest VARBINARY(32) NULL,
	ip_hint VARCHAR(45) COLLATE ascii_bin NULL,
	lease_ttl_s INT UNSIGNED NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	metadata MEDIUMTEXT NOT NULL,
	notes VARCHAR(1000) NULL,
	is_expired_sent BOOLEAN NOT NULL,
	guard INT UNSIGNED NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_key_digest (project_id, key_digest),
	KEY k_status_id (project_id, status, id),
	KEY k_user_id_id (project_id, user_id, id),
	KEY k_plan_id_id (project_id, plan_id, id),
	KEY k_product_name_id (project_id, product_name, id),
	KEY k_key_last4 (project_id, key_last4),
	KEY k_ends_at (ends_at),
	CONSTRAINT licenses_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT licenses_fk2 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id),
	CONSTRAINT licenses_fk3 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE license_signing_keys (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	public_key VARBINARY(32) NOT NULL,
	private_sealed VARBINARY(128) NULL,
	is_current BOOLEAN NULL,
	status VARCHAR(8) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_is_current (project_id, is_current),
	CONSTRAINT license_signing_keys_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE license_settings (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	secret_sealed VARBINARY(128) NOT NULL,
	doc TEXT NOT NULL,
	version INT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id),
	CONSTRAINT license_settings_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE license_files (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	license_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	activation_id VARCHAR(29) COLLATE ascii_bin NULL,
	kid VARCHAR(29) COLLATE ascii_bin NOT NULL,
	file_expires_at DATETIME(3) NOT NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	KEY k_license_id_created_at (project_id, license_id, created_at),
	CONSTRAINT license_files_fk1 FOREIGN KEY (project_id, license_id) REFERENCES licenses (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE jobs (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(32) COLLATE ascii_bin NOT NULL,
	dedup_digest VARBINARY(32) NULL,
	payload_sealed MEDIUMBLOB NOT NULL,
	attempts SMALLINT UNSIGNED NOT NULL,
	run_at DATETIME(3) NOT NULL,
	claimed_by VARCHAR(64) COLLATE ascii_bin NULL,
	lease_until DATETIME(3) NULL,
	last_error VARCHAR(500) NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_kind_dedup_digest (project_id, kind, dedup_digest),
	KEY k_run_at (run_at),
	CONSTRAINT jobs_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE items (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(255) NOT NULL,
	description VARCHAR(1000) NULL,
	price BIGINT UNSIGNED NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	custom_amount BOOLEAN NOT NULL,
	is_active BOOLEAN NOT NULL,
	guard INT UNSIGNED NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	CONSTRAINT items_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE payments (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	order_id VARCHAR(50) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(7) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(8) COLLATE ascii_bin NOT NULL,
	connection_id VARCHAR(29) COLLATE ascii_bin NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NULL,
	item_id VARCHAR(29) COLLATE ascii_bin NULL,
	invoice_id VARCHAR(29) COLLATE ascii_bin NULL,
	amount BIGINT UNSIGNED NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	refunded_amount BIGINT UNSIGNED NOT NULL,
	status VARCHAR(10) COLLATE ascii_bin NOT NULL,
	buyer_email VARCHAR(320) NOT NULL,
	buyer_name VARCHAR(255) NULL,
	item_name VARCHAR(255) NULL,
	metadata TEXT NOT NULL,
	return_url VARCHAR(2048) COLLATE ascii_bin NULL,
	token_digest VARBINARY(32) NOT NULL,
	provider_url VARCHAR(2048) COLLATE ascii_bin NULL,
	provider_ref VARCHAR(255) COLLATE ascii_bin NULL,
	subscription_ref VARCHAR(255) COLLATE ascii_bin NULL,
	check_at DATETIME(3) NULL,
	expires_at DATETIME(3) NOT NULL,
	paid_at DATETIME(3) NULL,
	guard INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_order_id (project_id, order_id),
	UNIQUE KEY uq_provider_provider_ref (project_id, provider, provider_ref),
	KEY k_status_id (project_id, status, id),
	KEY k_kind_id (project_id, kind, id),
	KEY k_user_id_id (project_id, user_id, id),
	KEY k_item_id (project_id, item_id),
	KEY k_subscription_ref (project_id, subscription_ref, id),
	KEY k_plan_id (project_id, plan_id),
	KEY k_id (id),
	KEY k_check_at (check_at),
	CONSTRAINT payments_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT payments_fk2 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id),
	CONSTRAINT payments_fk3 FOREIGN KEY (project_id, item_id) REFERENCES items (project_id, id),
	CONSTRAINT payments_fk4 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE invoices (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	number INT UNSIGNED NULL,
	period_at DATETIME(3) NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	total BIGINT UNSIGNED NOT NULL,
	status VARCHAR(5) COLLATE ascii_bin NOT NULL,
	line_items MEDIUMTEXT NOT NULL,
	due_at DATETIME(3) NULL,
	paid_at DATETIME(3) NULL,
	payment_id VARCHAR(29) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, id),
	UNIQUE KEY uq_period (org_id, period_at),
	UNIQUE KEY uq_number (number),
	CONSTRAINT invoices_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE invitations (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	email VARCHAR(320) NULL,
	email_key VARBINARY(320) NULL,
	pending_email_key VARBINARY(320) NULL,
	role VARCHAR(16) COLLATE ascii_bin NOT NULL,
	secret_digest VARBINARY(32) NOT NULL,
	max_uses SMALLINT UNSIGNED NOT NULL,
	uses SMALLINT UNSIGNED NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	closed_at DATETIME(3) NULL,
	invited_by VARCHAR(29) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, id),
	UNIQUE KEY uq_secret_digest (secret_digest),
	UNIQUE KEY uq_org_id_pending_email_key (org_id, pending_email_key),
	KEY k_org_id_invited_by (org_id, invited_by),
	CONSTRAINT invitations_uses CHECK (uses <= max_uses),
	CONSTRAINT invitations_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE invitation_uses (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	invitation_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	used_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, invitation_id, user_id),
	CONSTRAINT invitation_uses_fk1 FOREIGN KEY (org_id, invitation_id) REFERENCES invitations (org_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE installation (
	id TINYINT UNSIGNED NOT NULL,
	console_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	operator_org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	setup_digest VARBINARY(32) NULL,
	setup_expires_at DATETIME(3) NULL,
	setup_done_at DATETIME(3) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY uq_console_id (console_id),
	KEY k_operator_org_id_console_id (operator_org_id, console_id),
	CONSTRAINT installation_single CHECK (id = 1),
	CONSTRAINT installation_fk1 FOREIGN KEY (operator_org_id, console_id) REFERENCES projects (org_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE members (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	console_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	role VARCHAR(16) COLLATE ascii_bin NOT NULL,
	joined_via VARCHAR(16) COLLATE ascii_bin NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	last_seen_at DATETIME(3) NULL,
	PRIMARY KEY (org_id, user_id),
	UNIQUE KEY uq_id (id),
	KEY k_user_id_org_id (user_id, org_id),
	KEY k_org_id_role_id (org_id, role, id),
	KEY k_org_id_id (org_id, id),
	KEY k_console_id_user_id (console_id, user_id),
	CONSTRAINT members_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id),
	CONSTRAINT members_fk2 FOREIGN KEY (console_id) REFERENCES installation (console_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE project_members (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	role VARCHAR(16) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, user_id),
	KEY k_org_id (org_id, project_id),
	KEY k_org_id_user_id (org_id, user_id),
	CONSTRAINT project_members_role CHECK (role <> 'owner'),
	CONSTRAINT project_members_fk1 FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id),
	CONSTRAINT project_members_fk2 FOREIGN KEY (org_id, user_id) REFERENCES members (org_id, user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE initial_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	uses_left SMALLINT UNSIGNED NOT NULL,
	created_by VARCHAR(29) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_digest (project_id, digest),
	KEY k_expires_at (expires_at),
	CONSTRAINT initial_tokens_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE idempotency_keys (
	actor_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	idempotency_key VARCHAR(128) COLLATE ascii_bin NOT NULL,
	request_digest VARBINARY(32) NOT NULL,
	status SMALLINT NULL,
	body MEDIUMBLOB NULL,
	object_id VARCHAR(29) COLLATE ascii_bin NULL,
	has_secret BOOLEAN NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (actor_id, idempotency_key),
	KEY k_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE flows (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(16) COLLATE ascii_bin NOT NULL,
	transport VARCHAR(8) COLLATE ascii_bin NOT NULL,
	state VARCHAR(16) COLLATE ascii_bin NOT NULL,
	version INT UNSIGNED NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NULL,
	oauth_request_id VARCHAR(29) COLLATE ascii_bin NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	binding_digest VARBINARY(32) NOT NULL,
	code_digest VARBINARY(32) NULL,
	code_expires_at DATETIME(3) NULL,
	code_tries TINYINT UNSIGNED NOT NULL,
	data_sealed BLOB NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	KEY k_user_id (project_id, user_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT flows_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT flows_fk2 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE flow_answers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	job_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	answer_sealed BLOB NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, job_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT flow_answers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE features (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	feature_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	type VARCHAR(7) COLLATE ascii_bin NOT NULL,
	default_value BIGINT UNSIGNED NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NULL,
	description VARCHAR(512) NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_feature_key (project_id, feature_key),
	CONSTRAINT features_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE plan_features (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	feature_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	value BIGINT UNSIGNED NULL,
	PRIMARY KEY (project_id, plan_id, feature_id),
	KEY k_feature_id (project_id, feature_id),
	CONSTRAINT plan_features_fk1 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id) ON DELETE CASCADE,
	CONSTRAINT plan_features_fk2 FOREIGN KEY (project_id, feature_id) REFERENCES features (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE feature_overrides (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	feature_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	value BIGINT UNSIGNED NULL,
	expires_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, subject_id, feature_id),
	KEY k_feature_id (project_id, feature_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT feature_overrides_fk1 FOREIGN KEY (project_id, feature_id) REFERENCES features (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE events (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	type VARCHAR(96) COLLATE ascii_bin NOT NULL,
	sequence BIGINT UNSIGNED NULL,
	source VARCHAR(8) COLLATE ascii_bin NOT NULL,
	source_key VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NULL,
	actor_id VARCHAR(29) COLLATE ascii_bin NULL,
	data MEDIUMBLOB NOT NULL,
	dedup_key VARBINARY(128) NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_sequence (project_id, sequence),
	UNIQUE KEY uq_source_key_dedup_key (project_id, source_key, dedup_key),
	KEY k_type_id (project_id, type, id),
	KEY k_source_id (project_id, source, id),
	KEY k_subject_id_id (project_id, subject_id, id),
	CONSTRAINT events_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE event_queue (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	event_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	claimed_by VARCHAR(64) COLLATE ascii_bin NULL,
	lease_until DATETIME(3) NULL,
	PRIMARY KEY (project_id, event_id),
	KEY k_lease_until_event_id (lease_until, event_id),
	CONSTRAINT event_queue_fk1 FOREIGN KEY (project_id, event_id) REFERENCES events (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE event_heads (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	last_sequence BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id),
	CONSTRAINT event_heads_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE contact_changes (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	target VARCHAR(254) NOT NULL,
	code_digest VARBINARY(32) NOT NULL,
	code_tries TINYINT UNSIGNED NOT NULL,
	code_expires_at DATETIME(3) NOT NULL,
	token_digest VARBINARY(32) NULL,
	locked_until DATETIME(3) NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, user_id, kind),
	KEY k_expires_at (expires_at),
	CONSTRAINT contact_changes_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE connector_tests (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	url VARBINARY(2000) NOT NULL,
	status VARCHAR(8) COLLATE ascii_bin NOT NULL,
	report MEDIUMTEXT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	KEY k_expires_at (expires_at),
	CONSTRAINT connector_tests_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE connections (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(30) COLLATE ascii_bin NOT NULL,
	active_key BOOLEAN NULL,
	status VARCHAR(16) COLLATE ascii_bin NOT NULL,
	secret_sealed VARBINARY(1024) NULL,
	inbound_secret_sealed VARBINARY(1024) NULL,
	display_name VARCHAR(128) NULL,
	connected_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_provider_active_key (project_id, provider, active_key),
	KEY k_id (id),
	CONSTRAINT connections_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE clients (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(120) NOT NULL,
	type VARCHAR(8) COLLATE ascii_bin NOT NULL,
	source VARCHAR(9) COLLATE ascii_bin NOT NULL,
	is_first_party BOOLEAN NOT NULL,
	token_endpoint_auth_method VARCHAR(24) COLLATE ascii_bin NOT NULL,
	grant_types VARCHAR(500) COLLATE ascii_bin NOT NULL,
	scopes TEXT NOT NULL,
	audiences TEXT NOT NULL,
	auth_methods VARCHAR(255) COLLATE ascii_bin NULL,
	jwks MEDIUMTEXT NULL,
	jwks_uri VARCHAR(2000) COLLATE ascii_bin NULL,
	require_pkce BOOLEAN NOT NULL,
	require_par BOOLEAN NOT NULL,
	is_dpop_bound BOOLEAN NOT NULL,
	direct_flow BOOLEAN NOT NULL,
	access_token_ttl_s INT UNSIGNED NOT NULL,
	refresh_token_idle_s INT UNSIGNED NOT NULL,
	refresh_token_max_s INT UNSIGNED NOT NULL,
	refresh_reuse_grace_s INT UNSIGNED NOT NULL,
	id_token_alg VARCHAR(8) COLLATE ascii_bin NOT NULL,
	token_claims VARCHAR(120) COLLATE ascii_bin NOT NULL,
	id_jag_targets TEXT NOT NULL,
	backchannel_logout_uri VARCHAR(2000) COLLATE ascii_bin NULL,
	logo_uri VARCHAR(2000) COLLATE ascii_bin NULL,
	logo_digest VARBINARY(32) NULL,
	client_uri VARCHAR(2000) COLLATE ascii_bin NULL,
	tos_uri VARCHAR(2000) COLLATE ascii_bin NULL,
	policy_uri VARCHAR(2000) COLLATE ascii_bin NULL,
	registration_digest VARBINARY(32) NULL,
	metadata_url VARBINARY(512) NULL,
	url_digest VARBINARY(32) NULL,
	is_active BOOLEAN NOT NULL,
	version INT UNSIGNED NOT NULL,
	tokens_revoked_at DATETIME(3) NULL,
	last_used_at DATETIME(3) NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_id (id),
	UNIQUE KEY uq_url_digest (project_id, url_digest),
	KEY k_source_last_used_at (project_id, source, last_used_at),
	CONSTRAINT clients_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE trusted_issuers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARBINARY(512) NOT NULL,
	subject VARBINARY(255) NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	jwks_uri VARCHAR(2000) COLLATE ascii_bin NOT NULL,
	client_ids TEXT NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NULL,
	provider VARCHAR(48) COLLATE ascii_bin NULL,
	scopes TEXT NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_issuer_subject (project_id, issuer, subject),
	KEY k_client_id (project_id, client_id),
	KEY k_provider (project_id, provider),
	CONSTRAINT trusted_issuers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT trusted_issuers_fk2 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE,
	CONSTRAINT trusted_issuers_fk3 FOREIGN KEY (project_id, provider) REFERENCES social_providers (project_id, provider) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE oauth_requests (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(6) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NULL,
	client_url VARBINARY(512) NULL,
	params MEDIUMTEXT NOT NULL,
	request_uri_digest VARBINARY(32) NULL,
	flow_digest VARBINARY(32) NULL,
	flow_id VARCHAR(29) COLLATE ascii_bin NULL,
	session_id VARCHAR(29) COLLATE ascii_bin NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	status VARCHAR(8) COLLATE ascii_bin NOT NULL,
	scopes TEXT NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_request_uri_digest (project_id, request_uri_digest),
	KEY k_client_id (project_id, client_id),
	KEY k_user_id (project_id, user_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT oauth_requests_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT oauth_requests_fk2 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE,
	CONSTRAINT oauth_requests_fk3 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE device_authorizations (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	device_digest VARBINARY(32) NOT NULL,
	user_code_digest VARBINARY(32) NOT NULL,
	request_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARBINARY(255) NOT NULL,
	interval_s INT UNSIGNED NOT NULL,
	last_poll_at DATETIME(3) NULL,
	claimed_by VARCHAR(29) COLLATE ascii_bin NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NULL,
	expires_at DATETIME(3) NOT NULL,
	consumed_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, device_digest),
	UNIQUE KEY uq_user_code_digest (project_id, user_code_digest),
	KEY k_request_id (project_id, request_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT device_authorizations_fk1 FOREIGN KEY (project_id, request_id) REFERENCES oauth_requests (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE grants (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARBINARY(255) NOT NULL,
	resource VARBINARY(255) NOT NULL,
	scopes TEXT NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NULL,
	session_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	is_offline BOOLEAN NOT NULL,
	client_digest VARBINARY(32) NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	last_used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	KEY k_user_id_id (project_id, user_id, id),
	KEY k_client_id_id (project_id, client_id, id),
	KEY k_session_id (project_id, session_id),
	KEY k_org_id_user_id (project_id, org_id, user_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT grants_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE,
	CONSTRAINT grants_fk2 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE refresh_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	seq INT UNSIGNED NOT NULL,
	issuer VARBINARY(255) NOT NULL,
	dpop_jkt VARCHAR(43) COLLATE ascii_bin NULL,
	successor VARBINARY(512) NULL,
	created_at DATETIME(3) NOT NULL,
	used_at DATETIME(3) NULL,
	idle_expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, digest),
	UNIQUE KEY uq_grant_id_seq (project_id, grant_id, seq),
	KEY k_idle_expires_at (idle_expires_at),
	CONSTRAINT refresh_tokens_fk1 FOREIGN KEY (project_id, grant_id) REFERENCES grants (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE oauth_codes (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	redirect_uri VARBINARY(2000) NOT NULL,
	is_uri_named BOOLEAN NOT NULL,
	challenge VARCHAR(64) COLLATE ascii_bin NULL,
	nonce TEXT NULL,
	dpop_jkt VARCHAR(43) COLLATE ascii_bin NULL,
	issuer VARBINARY(255) NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, digest),
	KEY k_grant_id (project_id, grant_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT oauth_codes_fk1 FOREIGN KEY (project_id, grant_id) REFERENCES grants (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE client_uris (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	uri_digest VARBINARY(32) NOT NULL,
	uri VARBINARY(2000) NOT NULL,
	PRIMARY KEY (project_id, client_id, kind, uri_digest),
	CONSTRAINT client_uris_fk1 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE client_secrets (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	slot TINYINT UNSIGNED NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	prefix VARCHAR(12) COLLATE ascii_bin NOT NULL,
	last4 VARCHAR(4) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NULL,
	last_used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, client_id, slot),
	UNIQUE KEY uq_id (project_id, id),
	CONSTRAINT client_secrets_slot CHECK (slot IN (0,1)),
	CONSTRAINT client_secrets_fk1 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE client_documents (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	url_digest VARBINARY(32) NOT NULL,
	url VARBINARY(2000) NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	state VARCHAR(8) COLLATE ascii_bin NOT NULL,
	body TEXT NULL,
	etag VARBINARY(255) NULL,
	doc_digest VARBINARY(32) NULL,
	fresh_until DATETIME(3) NULL,
	fetched_at DATETIME(3) NULL,
	error VARCHAR(255) NULL,
	PRIMARY KEY (project_id, url_digest),
	KEY k_state_fetched_at (state, fetched_at),
	CONSTRAINT client_documents_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE backup_codes (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	code_digest VARBINARY(32) NOT NULL,
	used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, user_id, code_digest),
	CONSTRAINT backup_codes_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE audit_events (
	chain_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	project_id VARCHAR(29) COLLATE ascii_bin NULL,
	workspace_id VARCHAR(29) COLLATE ascii_bin NULL,
	seq BIGINT UNSIGNED NULL,
	hash VARBINARY(32) NULL,
	action VARCHAR(64) COLLATE ascii_bin NOT NULL,
	actor_kind VARCHAR(16) COLLATE ascii_bin NOT NULL,
	actor_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	actor_label VARCHAR(320) NOT NULL,
	target_type VARCHAR(32) COLLATE ascii_bin NOT NULL,
	target_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	target_label VARCHAR(255) NOT NULL,
	result VARCHAR(8) COLLATE ascii_bin NOT NULL,
	changes MEDIUMTEXT NOT NULL,
	ip VARBINARY(16) NULL,
	user_agent VARCHAR(255) NOT NULL,
	request_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	occurred_at DATETIME(3) NOT NULL,
	PRIMARY KEY (chain_id, id),
	UNIQUE KEY uq_chain_id_seq (chain_id, seq),
	KEY k_seq_chain_id (seq, chain_id),
	KEY k_chain_id_action_id (chain_id, action, id),
	KEY k_chain_id_actor_id_id (chain_id, actor_id, id),
	KEY k_chain_id_target_id_id (chain_id, target_id, id),
	KEY k_chain_id_workspace_id_id (chain_id, workspace_id, id),
	KEY k_chain_id_occurred_at (chain_id, occurred_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE audit_chains (
	chain_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	seq BIGINT UNSIGNED NOT NULL,
	hash VARBINARY(32) NOT NULL,
	sealed_at DATETIME(3) NULL,
	PRIMARY KEY (chain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE assets (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	owner_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	body_digest VARBINARY(32) NOT NULL,
	media_type VARCHAR(32) COLLATE ascii_bin NOT NULL,
	body MEDIUMBLOB NOT NULL,
	PRIMARY KEY (project_id, owner_id, kind),
	KEY k_body_digest (project_id, body_digest),
	CONSTRAINT assets_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE area_settings (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	area VARCHAR(16) COLLATE ascii_bin NOT NULL,
	body MEDIUMTEXT NOT NULL,
	secret_sealed BLOB NULL,
	version INT UNSIGNED NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, area),
	CONSTRAINT area_settings_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE api_keys (
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	project_id VARCHAR(29) COLLATE ascii_bin NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NULL,
	name VARCHAR(128) NOT NULL,
	environment VARCHAR(4) COLLATE ascii_bin NULL,
	prefix VARCHAR(12) COLLATE ascii_bin NOT NULL,
	last4 VARCHAR(4) COLLATE ascii_bin NOT NULL,
	secret_digest VARBINARY(32) NOT NULL,
	scopes VARCHAR(4000) COLLATE ascii_bin NOT NULL,
	rate_limit_per_minute INT UNSIGNED NULL,
	expires_at DATETIME(3) NULL,
	revoked_at DATETIME(3) NULL,
	replaced_by VARCHAR(29) COLLATE ascii_bin NULL,
	last_used_at DATETIME(3) NULL,
	version INT UNSIGNED NOT NULL,
	created_by VARCHAR(29) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (id),
	UNIQUE KEY uq_secret_digest (secret_digest),
	KEY k_org_id_kind_id (org_id, kind, id),
	KEY k_org_id_user_id_id (org_id, user_id, id),
	KEY k_org_id_id (org_id, project_id, id),
	KEY k_expires_at (expires_at),
	CONSTRAINT api_keys_personal CHECK ((kind = 'personal') = (user_id IS NOT NULL)),
	CONSTRAINT api_keys_service CHECK ((kind = 'service') = (environment IS NOT NULL)),
	CONSTRAINT api_keys_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id),
	CONSTRAINT api_keys_fk2 FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE activations (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	license_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	seat INT UNSIGNED NULL,
	machine_digest VARBINARY(32) NOT NULL,
	components TEXT NOT NULL,
	label VARCHAR(128) NULL,
	country VARCHAR(2) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	last_seen_at DATETIME(3) NOT NULL,
	lease_expires_at DATETIME(3) NULL,
	ended_at DATETIME(3) NULL,
	end_reason VARCHAR(12) COLLATE ascii_bin NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_license_id_seat (project_id, license_id, seat),
	KEY k_license_id_machine_digest (project_id, license_id, machine_digest),
	CONSTRAINT activations_fk1 FOREIGN KEY (project_id, license_id) REFERENCES licenses (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

CREATE TABLE access_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	resource VARBINARY(255) NOT NULL,
	scopes TEXT NOT NULL,
	dpop_jkt VARCHAR(64) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, digest),
	UNIQUE KEY uq_id (project_id, id),
	KEY k_grant_id (project_id, grant_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT access_tokens_fk1 FOREIGN KEY (project_id, grant_id) REFERENCES grants (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

ALTER TABLE members ADD CONSTRAINT members_user FOREIGN KEY (console_id, user_id)
	REFERENCES users (project_id, id);

ALTER TABLE orgs ADD CONSTRAINT orgs_default_project FOREIGN KEY (id, default_project_id)
	REFERENCES projects (org_id, id);

CREATE TRIGGER projects_environment_immutable BEFORE UPDATE ON projects FOR EACH ROW
BEGIN
	IF NEW.environment <> OLD.environment THEN
		SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a project''s environment never changes';
	END IF;
END;

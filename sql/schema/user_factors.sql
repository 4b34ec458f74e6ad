-- A second factor or passkey of a person. One row of kind 'codes' holds the key under which their backup codes are digested.
-- tenant: project_id
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

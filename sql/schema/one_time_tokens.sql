-- Links and codes that work once; only their digest is kept.
-- tenant: project_id
-- expires: expires_at
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

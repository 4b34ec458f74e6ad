-- Signed tokens that are void before their time, by jti.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE revoked_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	jti VARCHAR(64) COLLATE ascii_bin NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, jti),
	KEY k_expires_at (expires_at),
	CONSTRAINT revoked_tokens_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

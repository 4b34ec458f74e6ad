-- A sign-in, sign-up, recovery or second look under way, bound to the browser that began it.
-- tenant: project_id
-- expires: expires_at
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

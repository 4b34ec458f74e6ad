-- An e-mail address or phone number that a user wants and hasn't proven yet; a newer one takes the older one's place. locked_until: no
-- code is sent, after too many wrong ones.
-- tenant: project_id
-- expires: expires_at
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

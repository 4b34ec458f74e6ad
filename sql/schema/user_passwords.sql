-- A user's password, hashed with the scheme it names.
-- tenant: project_id
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

-- Codes that stand in for a second factor once each; only their keyed digest is kept.
-- tenant: project_id
CREATE TABLE backup_codes (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	code_digest VARBINARY(32) NOT NULL,
	used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, user_id, code_digest),
	CONSTRAINT backup_codes_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

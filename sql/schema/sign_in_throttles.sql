-- Failures counted per address or account; subject says whose they are, where that may be said (NULL: an identifier that nobody has).
-- tenant: project_id
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

-- A project's settings, one row an area: sign_in, branding, redirect, mail, sms.
-- tenant: project_id
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

-- What a project's licenses rest on: the secret under which keys and machine parts are digested, which never changes and no reset touches,
-- and settings as a JSON object that names what was set.
-- tenant: project_id
CREATE TABLE license_settings (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	secret_sealed VARBINARY(128) NOT NULL,
	doc TEXT NOT NULL,
	version INT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id),
	CONSTRAINT license_settings_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

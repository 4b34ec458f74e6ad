-- A provider that a project's people may sign in with: body is JSON without secrets, the secret is sealed.
-- tenant: project_id
CREATE TABLE social_providers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(48) COLLATE ascii_bin NOT NULL,
	is_enabled BOOLEAN NOT NULL,
	body TEXT NOT NULL,
	secret_sealed BLOB NULL,
	version INT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, provider),
	CONSTRAINT social_providers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A person's account at a provider; (provider, subject) belongs to one person.
-- tenant: project_id
CREATE TABLE user_identities (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(48) COLLATE ascii_bin NOT NULL,
	subject VARBINARY(255) NOT NULL,
	email VARCHAR(254) NULL,
	is_email_verified BOOLEAN NOT NULL,
	linked_at DATETIME(3) NOT NULL,
	last_used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_provider_subject (project_id, provider, subject),
	KEY k_user_id (project_id, user_id),
	CONSTRAINT user_identities_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Whose tokens a project takes as grants (RFC 7523). id_jag: assertions about people, who are found by what a provider of the project calls
-- them, from the clients in client_ids (words); subject is ''. workload: one subject, which is a client. scopes: words, the most that comes
-- of it; none: no limit of its own.
-- tenant: project_id
CREATE TABLE trusted_issuers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARBINARY(512) NOT NULL,
	subject VARBINARY(255) NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	jwks_uri VARCHAR(2000) COLLATE ascii_bin NOT NULL,
	client_ids TEXT NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NULL,
	provider VARCHAR(48) COLLATE ascii_bin NULL,
	scopes TEXT NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_issuer_subject (project_id, issuer, subject),
	KEY k_client_id (project_id, client_id),
	KEY k_provider (project_id, provider),
	CONSTRAINT trusted_issuers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id),
	CONSTRAINT trusted_issuers_fk2 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE,
	CONSTRAINT trusted_issuers_fk3 FOREIGN KEY (project_id, provider) REFERENCES social_providers (project_id, provider) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

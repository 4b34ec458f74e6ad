-- What a project's tokens may be for, besides its clients themselves: APIs and MCP servers, each known by its identifier (RFC 8707).
-- token_claims: words.
-- tenant: project_id
CREATE TABLE resource_servers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	identifier VARBINARY(255) NOT NULL,
	name VARCHAR(120) NOT NULL,
	token_claims VARCHAR(120) COLLATE ascii_bin NOT NULL,
	access_token_ttl_s INT UNSIGNED NOT NULL,
	signing_alg VARCHAR(8) COLLATE ascii_bin NOT NULL,
	allow_third_party BOOLEAN NOT NULL,
	is_active BOOLEAN NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_identifier (project_id, identifier),
	CONSTRAINT resource_servers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- What a token for a resource server may allow. plans: words, the plans whose people may have the scope; none: everybody.
-- tenant: project_id
CREATE TABLE resource_server_scopes (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	resource_server_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(64) COLLATE ascii_bin NOT NULL,
	description VARCHAR(255) NOT NULL,
	plans TEXT NOT NULL,
	PRIMARY KEY (project_id, resource_server_id, name),
	CONSTRAINT resource_server_scopes_fk1 FOREIGN KEY (project_id, resource_server_id) REFERENCES resource_servers (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

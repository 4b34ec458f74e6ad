-- Where a client may be sent back to. kind: redirect, logout, origin.
-- tenant: project_id
CREATE TABLE client_uris (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	uri_digest VARBINARY(32) NOT NULL,
	uri VARBINARY(2000) NOT NULL,
	PRIMARY KEY (project_id, client_id, kind, uri_digest),
	CONSTRAINT client_uris_fk1 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

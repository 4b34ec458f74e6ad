-- A client's secrets: two slots, so at most two live ones.
-- tenant: project_id
CREATE TABLE client_secrets (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	slot TINYINT UNSIGNED NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	prefix VARCHAR(12) COLLATE ascii_bin NOT NULL,
	last4 VARCHAR(4) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NULL,
	last_used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, client_id, slot),
	UNIQUE KEY uq_id (project_id, id),
	CONSTRAINT client_secrets_slot CHECK (slot IN (0,1)),
	CONSTRAINT client_secrets_fk1 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Ed25519 pairs that sign license answers. is_current is 1 or NULL, so that a project has one current key; status: current, retired, revoked.
-- tenant: project_id
CREATE TABLE license_signing_keys (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	public_key VARBINARY(32) NOT NULL,
	private_sealed VARBINARY(128) NULL,
	is_current BOOLEAN NULL,
	status VARCHAR(8) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_is_current (project_id, is_current),
	CONSTRAINT license_signing_keys_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Tokens of others that work once (RFC 7523 section 3, RFC 9449 section 11.1), by what they are for. digest: of who made it and its jti.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE used_jtis (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(16) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, kind, digest),
	KEY k_expires_at (expires_at),
	CONSTRAINT used_jtis_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

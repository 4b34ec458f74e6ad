-- What lets somebody register a client where registration isn't open to everybody (RFC 7591 section 3); only their digest is kept.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE initial_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	uses_left SMALLINT UNSIGNED NOT NULL,
	created_by VARCHAR(29) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_digest (project_id, digest),
	KEY k_expires_at (expires_at),
	CONSTRAINT initial_tokens_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

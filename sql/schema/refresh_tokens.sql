-- The refresh tokens of a grant, one after the other; only their digest is kept. successor: the next one, for who repeats a
-- request whose answer was lost; encrypted under a key that only the old token gives. dpop_jkt: of a public client, the key whose
-- holder alone may use it.
-- tenant: project_id
-- expires: idle_expires_at
CREATE TABLE refresh_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	seq INT UNSIGNED NOT NULL,
	issuer VARBINARY(255) NOT NULL,
	dpop_jkt VARCHAR(43) COLLATE ascii_bin NULL,
	successor VARBINARY(512) NULL,
	created_at DATETIME(3) NOT NULL,
	used_at DATETIME(3) NULL,
	idle_expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, digest),
	UNIQUE KEY uq_grant_id_seq (project_id, grant_id, seq),
	KEY k_idle_expires_at (idle_expires_at),
	CONSTRAINT refresh_tokens_fk1 FOREIGN KEY (project_id, grant_id) REFERENCES grants (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

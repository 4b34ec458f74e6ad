-- Access tokens of the console, which aren't signed but looked up; only their digest is kept. Whose they are and what for stands in
-- their grant; scopes are of this token alone. dpop_jkt: the key whose holder alone may use it (RFC 9449).
-- tenant: project_id
-- expires: expires_at
CREATE TABLE access_tokens (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	resource VARBINARY(255) NOT NULL,
	scopes TEXT NOT NULL,
	dpop_jkt VARCHAR(64) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, digest),
	UNIQUE KEY uq_id (project_id, id),
	KEY k_grant_id (project_id, grant_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT access_tokens_fk1 FOREIGN KEY (project_id, grant_id) REFERENCES grants (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- What a person allowed a client to do; codes and refresh tokens hang on it. issuer: under which of its names the project gave it. session_id: the sign-in it was given in, with which it ends
-- unless it is offline. org_id: of the console's, the organization it works in. client_digest: of what the person saw of a third-party client when they agreed.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE grants (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARBINARY(255) NOT NULL,
	resource VARBINARY(255) NOT NULL,
	scopes TEXT NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NULL,
	session_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	is_offline BOOLEAN NOT NULL,
	client_digest VARBINARY(32) NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	last_used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, id),
	KEY k_user_id_id (project_id, user_id, id),
	KEY k_client_id_id (project_id, client_id, id),
	KEY k_session_id (project_id, session_id),
	KEY k_org_id_user_id (project_id, org_id, user_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT grants_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE,
	CONSTRAINT grants_fk2 FOREIGN KEY (project_id, client_id) REFERENCES clients (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A device that waits for somebody to type its code in a browser (RFC 8628); only digests of both codes are kept. claimed_by: who typed it
-- first, and alone may decide. grant_id: what they agreed to. interval_s grows with each poll that comes too early.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE device_authorizations (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	device_digest VARBINARY(32) NOT NULL,
	user_code_digest VARBINARY(32) NOT NULL,
	request_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARBINARY(255) NOT NULL,
	interval_s INT UNSIGNED NOT NULL,
	last_poll_at DATETIME(3) NULL,
	claimed_by VARCHAR(29) COLLATE ascii_bin NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NULL,
	expires_at DATETIME(3) NOT NULL,
	consumed_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, device_digest),
	UNIQUE KEY uq_user_code_digest (project_id, user_code_digest),
	KEY k_request_id (project_id, request_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT device_authorizations_fk1 FOREIGN KEY (project_id, request_id) REFERENCES oauth_requests (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

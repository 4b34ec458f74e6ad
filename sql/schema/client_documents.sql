-- Documents of others at addresses that clients name, as they were last read: metadata (kind client), public keys (kind keys). state: wanted
-- (a job is to fetch it; the body is the last good one), ok, failed.
-- tenant: project_id
CREATE TABLE client_documents (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	url_digest VARBINARY(32) NOT NULL,
	url VARBINARY(2000) NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	state VARCHAR(8) COLLATE ascii_bin NOT NULL,
	body TEXT NULL,
	etag VARBINARY(255) NULL,
	doc_digest VARBINARY(32) NULL,
	fresh_until DATETIME(3) NULL,
	fetched_at DATETIME(3) NULL,
	error VARCHAR(255) NULL,
	PRIMARY KEY (project_id, url_digest),
	KEY k_state_fetched_at (state, fetched_at),
	CONSTRAINT client_documents_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

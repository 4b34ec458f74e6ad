-- What a client met that connected to an MCP server on somebody's behalf. status: running (a job has it), waiting (for somebody to sign in
-- there), passed, failed. report: JSON, without secrets.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE connector_tests (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	url VARBINARY(2000) NOT NULL,
	status VARCHAR(8) COLLATE ascii_bin NOT NULL,
	report MEDIUMTEXT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	KEY k_expires_at (expires_at),
	CONSTRAINT connector_tests_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A host name of a project's own, where it is an issuer beside the one below AUTH_HOST. Whoever runs nginx says whose it is.
-- tenant: project_id
CREATE TABLE project_hosts (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	issuer VARCHAR(255) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id),
	UNIQUE KEY uq_issuer (issuer),
	CONSTRAINT project_hosts_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

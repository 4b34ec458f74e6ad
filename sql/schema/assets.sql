-- Small files that our own pages show: a project's logo and style sheet, a user's picture. Served by their digest, which never changes.
-- tenant: project_id
CREATE TABLE assets (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	owner_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	body_digest VARBINARY(32) NOT NULL,
	media_type VARCHAR(32) COLLATE ascii_bin NOT NULL,
	body MEDIUMBLOB NOT NULL,
	PRIMARY KEY (project_id, owner_id, kind),
	KEY k_body_digest (project_id, body_digest),
	CONSTRAINT assets_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

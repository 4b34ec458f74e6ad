-- Which license files were handed out; what is in them is nowhere kept. activation_id: the machine that one is for; NULL: it holds on any.
-- tenant: project_id
CREATE TABLE license_files (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	license_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	activation_id VARCHAR(29) COLLATE ascii_bin NULL,
	kid VARCHAR(29) COLLATE ascii_bin NOT NULL,
	file_expires_at DATETIME(3) NOT NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	KEY k_license_id_created_at (project_id, license_id, created_at),
	CONSTRAINT license_files_fk1 FOREIGN KEY (project_id, license_id) REFERENCES licenses (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

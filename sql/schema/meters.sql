-- What a project counts of its own; sums of whole numbers. Built-in meters have no row.
-- tenant: project_id
CREATE TABLE meters (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	unit VARCHAR(32) NOT NULL,
	display_name VARCHAR(128) NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_meter_key (project_id, meter_key),
	CONSTRAINT meters_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

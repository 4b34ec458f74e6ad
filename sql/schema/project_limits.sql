-- How much of a meter a project may use in a month, all subjects together. No row: as much as the organization's plan allows.
-- tenant: project_id
CREATE TABLE project_limits (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	limit_value BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, meter_key),
	CONSTRAINT project_limits_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

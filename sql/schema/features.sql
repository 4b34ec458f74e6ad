-- What plans differ in. type: boolean (a value is 0 or 1), limit (NULL: no limit). meter_key: what a limit counts.
-- tenant: project_id
CREATE TABLE features (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	feature_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	type VARCHAR(7) COLLATE ascii_bin NOT NULL,
	default_value BIGINT UNSIGNED NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NULL,
	description VARCHAR(512) NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_feature_key (project_id, feature_key),
	CONSTRAINT features_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

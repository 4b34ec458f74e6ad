-- What somebody has whatever their plan says. subject_id: a user or workspace; in the console also an organization.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE feature_overrides (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	feature_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	value BIGINT UNSIGNED NULL,
	expires_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, subject_id, feature_id),
	KEY k_feature_id (project_id, feature_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT feature_overrides_fk1 FOREIGN KEY (project_id, feature_id) REFERENCES features (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

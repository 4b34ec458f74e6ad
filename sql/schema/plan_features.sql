-- What a plan gives; a feature that isn't here has its default.
-- tenant: project_id
CREATE TABLE plan_features (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	feature_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	value BIGINT UNSIGNED NULL,
	PRIMARY KEY (project_id, plan_id, feature_id),
	KEY k_feature_id (project_id, feature_id),
	CONSTRAINT plan_features_fk1 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id) ON DELETE CASCADE,
	CONSTRAINT plan_features_fk2 FOREIGN KEY (project_id, feature_id) REFERENCES features (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

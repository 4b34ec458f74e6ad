-- Who has had a trial of which plan: one ever.
-- tenant: project_id
CREATE TABLE plan_trials (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	started_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, subject_id, plan_id),
	KEY k_plan_id (project_id, plan_id),
	CONSTRAINT plan_trials_fk1 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

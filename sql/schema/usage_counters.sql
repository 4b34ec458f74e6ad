-- What a subject used of a meter in a month of UTC, which begins at period_at. The row whose subject is the project itself holds the sum over all
-- of its subjects; it is written first by whoever counts. warned_percent: the last threshold that was told (0, 80, 100; 101: a refusal was told, too).
-- tenant: project_id
CREATE TABLE usage_counters (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	period_at DATETIME(3) NOT NULL,
	used BIGINT UNSIGNED NOT NULL,
	warned_percent TINYINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, meter_key, subject_id, period_at),
	KEY k_subject_id (project_id, subject_id, period_at),
	CONSTRAINT usage_counters_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

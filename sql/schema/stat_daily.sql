-- The same by the day, added to in the same transaction as the hour; and what only days have: dau, mau. Of more than 200 values of a day the
-- later ones are "other", here and in the hours.
-- tenant: project_id
CREATE TABLE stat_daily (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	metric VARCHAR(24) COLLATE ascii_bin NOT NULL,
	bucket_at DATETIME(3) NOT NULL,
	dim VARCHAR(16) COLLATE ascii_bin NOT NULL,
	dim_value VARCHAR(64) COLLATE ascii_bin NOT NULL,
	n BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, metric, dim, bucket_at, dim_value),
	KEY k_bucket_at (bucket_at),
	CONSTRAINT stat_daily_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

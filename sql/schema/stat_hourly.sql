-- How often something happened in an hour, in all (dim and dim_value empty) and by each value of what it is told apart by. Added to by the flush of
-- the counters in shared memory (sys/counters.h) alone. dim_value: percent-encoded where it isn't ASCII.
-- The key stands in the order in which charts ask: one dimension over a span of time.
-- tenant: project_id
CREATE TABLE stat_hourly (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	metric VARCHAR(24) COLLATE ascii_bin NOT NULL,
	bucket_at DATETIME(3) NOT NULL,
	dim VARCHAR(16) COLLATE ascii_bin NOT NULL,
	dim_value VARCHAR(64) COLLATE ascii_bin NOT NULL,
	n BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id, metric, dim, bucket_at, dim_value),
	KEY k_bucket_at (bucket_at),
	CONSTRAINT stat_hourly_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Batches of counters that were added to stat_hourly and all else that they feed: a batch counts once, however often it is sent.
-- tenant: none: a batch is of all projects of a unit of processes
CREATE TABLE stat_flushes (
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	flushed_at DATETIME(3) NOT NULL,
	PRIMARY KEY (id),
	KEY k_flushed_at (flushed_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- Every call to the outside but messages and deliveries: it waits here until a job worker makes it.
-- tenant: project_id
CREATE TABLE jobs (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(32) COLLATE ascii_bin NOT NULL,
	dedup_digest VARBINARY(32) NULL,
	payload_sealed MEDIUMBLOB NOT NULL,
	attempts SMALLINT UNSIGNED NOT NULL,
	run_at DATETIME(3) NOT NULL,
	claimed_by VARCHAR(64) COLLATE ascii_bin NULL,
	lease_until DATETIME(3) NULL,
	last_error VARCHAR(500) NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_kind_dedup_digest (project_id, kind, dedup_digest),
	KEY k_run_at (run_at),
	CONSTRAINT jobs_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

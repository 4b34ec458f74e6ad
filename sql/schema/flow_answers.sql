-- What a job worker found out for a flow that waits for it: written once a job, read by the flow's next look.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE flow_answers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	job_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	answer_sealed BLOB NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, job_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT flow_answers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

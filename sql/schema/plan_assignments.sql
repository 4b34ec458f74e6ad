-- Who is on which plan: one a subject, which is a user or workspace; in the console also an organization. The status is made of the times. ends_at:
-- when it stops counting. created_at: since when they are on that plan. announced: the stage that was told last; announce_at: when there is
-- something new to tell. source: admin, claims, page, payment.
-- tenant: project_id
CREATE TABLE plan_assignments (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	source VARCHAR(8) COLLATE ascii_bin NOT NULL,
	announced VARCHAR(8) COLLATE ascii_bin NOT NULL,
	announce_at DATETIME(3) NULL,
	trial_ends_at DATETIME(3) NULL,
	current_period_end_at DATETIME(3) NULL,
	expires_at DATETIME(3) NULL,
	ends_at DATETIME(3) NULL,
	cancel_at_period_end BOOLEAN NOT NULL,
	payment_id VARCHAR(29) COLLATE ascii_bin NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, subject_id),
	KEY k_plan_id (project_id, plan_id),
	KEY k_announce_at (announce_at),
	CONSTRAINT plan_assignments_fk1 FOREIGN KEY (project_id, plan_id) REFERENCES plans (project_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- What organizations were on before it changed, as it was then; kept until the months are billed in which it held. source: as in plan_assignments,
-- NULL for the default plan. began_at: since when they were on it.
-- tenant: org_id
-- expires: expires_at
CREATE TABLE past_org_plans (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	ended_at DATETIME(3) NOT NULL,
	plan_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	display_name VARCHAR(128) NOT NULL,
	price BIGINT UNSIGNED NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	period VARCHAR(8) COLLATE ascii_bin NOT NULL,
	meters TEXT NULL,
	source VARCHAR(8) COLLATE ascii_bin NULL,
	began_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, ended_at, plan_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT past_org_plans_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

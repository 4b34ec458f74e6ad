-- What an organization used of a meter in a month of UTC, all projects together, those that are gone too: what its invoice counts.
-- tenant: org_id
CREATE TABLE org_usage (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	period_at DATETIME(3) NOT NULL,
	used BIGINT UNSIGNED NOT NULL,
	warned_percent TINYINT UNSIGNED NOT NULL,
	PRIMARY KEY (org_id, meter_key, period_at),
	KEY k_meter_key_period_at (meter_key, period_at),
	CONSTRAINT org_usage_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

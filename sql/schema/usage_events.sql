-- What was counted, kept as long as the same event_key may come again. result: what a consume was answered; NULL: it was only reported.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE usage_events (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	meter_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	event_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	quantity BIGINT UNSIGNED NOT NULL,
	result TEXT NULL,
	occurred_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, meter_key, event_key),
	KEY k_subject_id (project_id, subject_id, meter_key, occurred_at),
	KEY k_occurred_at (project_id, meter_key, occurred_at),
	KEY k_expires_at (expires_at),
	CONSTRAINT usage_events_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

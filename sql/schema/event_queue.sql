-- Events that wait for their fan-out.
-- tenant: project_id
CREATE TABLE event_queue (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	event_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	claimed_by VARCHAR(64) COLLATE ascii_bin NULL,
	lease_until DATETIME(3) NULL,
	PRIMARY KEY (project_id, event_id),
	KEY k_lease_until_event_id (lease_until, event_id),
	CONSTRAINT event_queue_fk1 FOREIGN KEY (project_id, event_id) REFERENCES events (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

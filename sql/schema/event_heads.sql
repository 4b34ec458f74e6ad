-- The last sequence given to a project's events.
-- tenant: project_id
CREATE TABLE event_heads (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	last_sequence BIGINT UNSIGNED NOT NULL,
	PRIMARY KEY (project_id),
	CONSTRAINT event_heads_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

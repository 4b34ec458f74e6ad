-- Who was there on which day: signed in, refreshed a token, or used a session.
-- tenant: project_id
CREATE TABLE user_days (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	day DATE NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (project_id, day, user_id),
	KEY k_user_id (project_id, user_id),
	KEY k_day (day),
	CONSTRAINT user_days_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

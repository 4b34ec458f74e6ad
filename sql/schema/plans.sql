-- What a project's people may be on, and what it costs. is_default is 1 or NULL, so that a project has one default plan. meters: JSON, NULL for
-- none. period: monthly, yearly, one_time.
-- tenant: project_id
CREATE TABLE plans (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	plan_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	display_name VARCHAR(128) NOT NULL,
	price BIGINT UNSIGNED NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	period VARCHAR(8) COLLATE ascii_bin NOT NULL,
	description VARCHAR(512) NULL,
	meters TEXT NULL,
	trial_days INT UNSIGNED NOT NULL,
	is_public BOOLEAN NOT NULL,
	is_default BOOLEAN NULL,
	sort INT UNSIGNED NOT NULL,
	is_archived BOOLEAN NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_plan_key (project_id, plan_key),
	UNIQUE KEY uq_is_default (project_id, is_default),
	CONSTRAINT plans_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

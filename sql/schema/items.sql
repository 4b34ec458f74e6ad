-- What a project sells piece by piece. guard: written by whoever begins to buy one; version: of what its makers set.
-- tenant: project_id
CREATE TABLE items (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(255) NOT NULL,
	description VARCHAR(1000) NULL,
	price BIGINT UNSIGNED NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	custom_amount BOOLEAN NOT NULL,
	is_active BOOLEAN NOT NULL,
	guard INT UNSIGNED NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	CONSTRAINT items_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- By whom a project is paid. provider: manual (people follow the instructions), stripe, midtrans (by a connection). is_default: TRUE or NULL.
-- tenant: project_id
CREATE TABLE payment_providers (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(8) COLLATE ascii_bin NOT NULL,
	connection_id VARCHAR(29) COLLATE ascii_bin NULL,
	instructions VARCHAR(4096) NULL,
	is_default BOOLEAN NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, provider),
	UNIQUE KEY uq_is_default (project_id, is_default),
	KEY k_connection_id (project_id, connection_id),
	CONSTRAINT payment_providers_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- One row: who migrates now, and until when nobody else may.
-- tenant: none: it describes the database
CREATE TABLE schema_guard (
	id TINYINT UNSIGNED NOT NULL,
	holder VARCHAR(64) COLLATE ascii_bin NULL,
	lease_until DATETIME(3) NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

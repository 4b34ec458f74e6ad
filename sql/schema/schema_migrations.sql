-- Which migrations this database has had; the checksum tells when a file was changed afterwards.
-- tenant: none: it describes the database
CREATE TABLE schema_migrations (
	id VARCHAR(64) COLLATE ascii_bin NOT NULL,
	checksum VARCHAR(64) COLLATE ascii_bin NOT NULL,
	applied_at DATETIME(3) NOT NULL,
	PRIMARY KEY (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- One row, made at setup: which project is the console, and the digest of the one-time setup link.
-- tenant: none: it holds what the installation is, no tenant's data
CREATE TABLE installation (
	id TINYINT UNSIGNED NOT NULL,
	console_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	operator_org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	setup_digest VARBINARY(32) NULL,
	setup_expires_at DATETIME(3) NULL,
	setup_done_at DATETIME(3) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY uq_console_id (console_id),
	KEY k_operator_org_id_console_id (operator_org_id, console_id),
	CONSTRAINT installation_single CHECK (id = 1),
	CONSTRAINT installation_fk1 FOREIGN KEY (operator_org_id, console_id) REFERENCES projects (org_id, id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

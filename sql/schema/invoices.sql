-- What an organization owes for a month of UTC: one a month. number: gapless in the installation, given when it is opened; NULL: there was nothing
-- to bill, and the row only says that somebody has looked. line_items: JSON.
-- tenant: org_id
CREATE TABLE invoices (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	number INT UNSIGNED NULL,
	period_at DATETIME(3) NOT NULL,
	currency VARCHAR(3) COLLATE ascii_bin NOT NULL,
	total BIGINT UNSIGNED NOT NULL,
	status VARCHAR(5) COLLATE ascii_bin NOT NULL,
	line_items MEDIUMTEXT NOT NULL,
	due_at DATETIME(3) NULL,
	paid_at DATETIME(3) NULL,
	payment_id VARCHAR(29) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, id),
	UNIQUE KEY uq_period (org_id, period_at),
	UNIQUE KEY uq_number (number),
	CONSTRAINT invoices_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

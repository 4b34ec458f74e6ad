-- The head of each hash chain: an organization's or a project's.
-- tenant: chain_id
CREATE TABLE audit_chains (
	chain_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	seq BIGINT UNSIGNED NOT NULL,
	hash VARBINARY(32) NOT NULL,
	sealed_at DATETIME(3) NULL,
	PRIMARY KEY (chain_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

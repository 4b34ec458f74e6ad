-- How a project's OAuth server behaves; one without a row has the defaults. dcr and cimd: NULL is what the project's type begins with;
-- cimd_trusted_domains: words. guard is written first by whoever counts what registers itself, version is what a PATCH and its ETag see.
-- tenant: project_id
CREATE TABLE oauth_settings (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	signing_alg VARCHAR(8) COLLATE ascii_bin NOT NULL,
	access_token_ttl_s INT UNSIGNED NOT NULL,
	dcr VARCHAR(8) COLLATE ascii_bin NULL,
	cimd VARCHAR(8) COLLATE ascii_bin NULL,
	cimd_trusted_domains MEDIUMTEXT NOT NULL,
	require_par BOOLEAN NOT NULL,
	dpop_require_nonce BOOLEAN NOT NULL,
	min_token_version INT UNSIGNED NOT NULL,
	guard INT UNSIGNED NOT NULL,
	version INT UNSIGNED NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id),
	CONSTRAINT oauth_settings_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

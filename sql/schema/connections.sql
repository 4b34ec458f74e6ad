-- Credentials for third parties' services. provider: stripe, midtrans. active_key: TRUE while it is connected, so that there is one of a provider.
-- inbound_secret_sealed: what the provider signs its notifications with.
-- tenant: project_id
CREATE TABLE connections (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	provider VARCHAR(30) COLLATE ascii_bin NOT NULL,
	active_key BOOLEAN NULL,
	status VARCHAR(16) COLLATE ascii_bin NOT NULL,
	secret_sealed VARBINARY(1024) NULL,
	inbound_secret_sealed VARBINARY(1024) NULL,
	display_name VARCHAR(128) NULL,
	connected_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_provider_active_key (project_id, provider, active_key),
	KEY k_id (id),
	CONSTRAINT connections_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

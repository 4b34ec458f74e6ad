-- An e-mail or a code that makes a member; pending_email_key is NULL once closed, so that one address waits once.
-- tenant: org_id
CREATE TABLE invitations (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	kind VARCHAR(8) COLLATE ascii_bin NOT NULL,
	email VARCHAR(320) NULL,
	email_key VARBINARY(320) NULL,
	pending_email_key VARBINARY(320) NULL,
	role VARCHAR(16) COLLATE ascii_bin NOT NULL,
	secret_digest VARBINARY(32) NOT NULL,
	max_uses SMALLINT UNSIGNED NOT NULL,
	uses SMALLINT UNSIGNED NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	revoked_at DATETIME(3) NULL,
	closed_at DATETIME(3) NULL,
	invited_by VARCHAR(29) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, id),
	UNIQUE KEY uq_secret_digest (secret_digest),
	UNIQUE KEY uq_org_id_pending_email_key (org_id, pending_email_key),
	KEY k_org_id_invited_by (org_id, invited_by),
	CONSTRAINT invitations_uses CHECK (uses <= max_uses),
	CONSTRAINT invitations_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

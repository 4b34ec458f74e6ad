-- Authorization codes; only their digest is kept. One works for a minute, and is remembered for a day so that a second use is noticed:
-- expires_at is the end of that day. is_uri_named: the request named redirect_uri, so the one for the token must too. dpop_jkt: the key
-- whose holder alone may redeem it.
-- tenant: project_id
-- expires: expires_at
CREATE TABLE oauth_codes (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	digest VARBINARY(32) NOT NULL,
	grant_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	redirect_uri VARBINARY(2000) NOT NULL,
	is_uri_named BOOLEAN NOT NULL,
	challenge VARCHAR(64) COLLATE ascii_bin NULL,
	nonce TEXT NULL,
	dpop_jkt VARCHAR(43) COLLATE ascii_bin NULL,
	issuer VARBINARY(255) NOT NULL,
	created_at DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	used_at DATETIME(3) NULL,
	PRIMARY KEY (project_id, digest),
	KEY k_grant_id (project_id, grant_id),
	KEY k_expires_at (expires_at),
	CONSTRAINT oauth_codes_fk1 FOREIGN KEY (project_id, grant_id) REFERENCES grants (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

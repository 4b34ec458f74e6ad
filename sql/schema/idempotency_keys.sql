-- What a repeated write is answered with; status is NULL while a split request is between its two transactions.
-- tenant: actor_id
-- expires: expires_at
CREATE TABLE idempotency_keys (
	actor_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	idempotency_key VARCHAR(128) COLLATE ascii_bin NOT NULL,
	request_digest VARBINARY(32) NOT NULL,
	status SMALLINT NULL,
	body MEDIUMBLOB NULL,
	object_id VARCHAR(29) COLLATE ascii_bin NULL,
	has_secret BOOLEAN NOT NULL,
	expires_at DATETIME(3) NOT NULL,
	PRIMARY KEY (actor_id, idempotency_key),
	KEY k_expires_at (expires_at)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

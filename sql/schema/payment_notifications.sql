-- What providers told of payments, once each. status: what the payment has become by their word; NULL: nothing that is known here.
-- outcome: moved, ignored, mismatch.
-- tenant: project_id
-- expires: received_until
CREATE TABLE payment_notifications (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	connection_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	body_digest VARBINARY(32) NOT NULL,
	payment_id VARCHAR(29) COLLATE ascii_bin NULL,
	status VARCHAR(10) COLLATE ascii_bin NULL,
	outcome VARCHAR(8) COLLATE ascii_bin NOT NULL,
	received_at DATETIME(3) NOT NULL,
	received_until DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, connection_id, body_digest),
	KEY k_payment_id_received_at (project_id, payment_id, received_at),
	KEY k_received_until (received_until),
	CONSTRAINT payment_notifications_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

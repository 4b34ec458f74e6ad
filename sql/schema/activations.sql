-- Machines that a license is bound to, and were. A seat is a number from 1 to max_activations while it is taken, NULL once it is free again, so
-- that two can't have one. components: what the machine said, digested. lease_expires_at: of a floating license.
-- tenant: project_id
CREATE TABLE activations (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	license_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	seat INT UNSIGNED NULL,
	machine_digest VARBINARY(32) NOT NULL,
	components TEXT NOT NULL,
	label VARCHAR(128) NULL,
	country VARCHAR(2) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	last_seen_at DATETIME(3) NOT NULL,
	lease_expires_at DATETIME(3) NULL,
	ended_at DATETIME(3) NULL,
	end_reason VARCHAR(12) COLLATE ascii_bin NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_license_id_seat (project_id, license_id, seat),
	KEY k_license_id_machine_digest (project_id, license_id, machine_digest),
	CONSTRAINT activations_fk1 FOREIGN KEY (project_id, license_id) REFERENCES licenses (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

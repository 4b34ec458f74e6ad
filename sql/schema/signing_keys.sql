-- A project's key pairs for tokens. active_alg is the algorithm while the key signs, '+' before it while it waits to, else NULL: so each
-- algorithm has one active key and at most one next.
-- tenant: project_id
CREATE TABLE signing_keys (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	alg VARCHAR(8) COLLATE ascii_bin NOT NULL,
	state VARCHAR(8) COLLATE ascii_bin NOT NULL,
	active_alg VARCHAR(8) COLLATE ascii_bin NULL,
	public_jwk TEXT NOT NULL,
	private_sealed BLOB NULL,
	not_before DATETIME(3) NOT NULL,
	expires_at DATETIME(3) NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_active_alg (project_id, active_alg),
	KEY k_state_not_before (state, not_before),
	CONSTRAINT signing_keys_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- What a project's backend says of its people in their tokens, a row for each claim, so that two writers of different ones never meet.
-- value: JSON text.
-- tenant: project_id
CREATE TABLE user_claims (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	claim_key VARCHAR(64) COLLATE ascii_bin NOT NULL,
	value TEXT NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, user_id, claim_key),
	CONSTRAINT user_claims_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

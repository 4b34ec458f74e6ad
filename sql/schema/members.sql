-- The role of a console user in an organization.
-- tenant: org_id
CREATE TABLE members (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	console_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	role VARCHAR(16) COLLATE ascii_bin NOT NULL,
	joined_via VARCHAR(16) COLLATE ascii_bin NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	last_seen_at DATETIME(3) NULL,
	PRIMARY KEY (org_id, user_id),
	UNIQUE KEY uq_id (id),
	KEY k_user_id_org_id (user_id, org_id),
	KEY k_org_id_role_id (org_id, role, id),
	KEY k_org_id_id (org_id, id),
	KEY k_console_id_user_id (console_id, user_id),
	CONSTRAINT members_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id),
	CONSTRAINT members_fk2 FOREIGN KEY (console_id) REFERENCES installation (console_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A member is a user of the console.
ALTER TABLE members ADD CONSTRAINT members_user FOREIGN KEY (console_id, user_id)
	REFERENCES users (project_id, id);

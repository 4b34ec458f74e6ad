-- A member's role in one project, where it differs from the organization's.
-- tenant: project_id
CREATE TABLE project_members (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	role VARCHAR(16) COLLATE ascii_bin NOT NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, user_id),
	KEY k_org_id (org_id, project_id),
	KEY k_org_id_user_id (org_id, user_id),
	CONSTRAINT project_members_role CHECK (role <> 'owner'),
	CONSTRAINT project_members_fk1 FOREIGN KEY (org_id, project_id) REFERENCES projects (org_id, id),
	CONSTRAINT project_members_fk2 FOREIGN KEY (org_id, user_id) REFERENCES members (org_id, user_id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

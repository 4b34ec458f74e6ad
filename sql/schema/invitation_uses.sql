-- Who used an invitation: nobody twice.
-- tenant: org_id
CREATE TABLE invitation_uses (
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	invitation_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	used_at DATETIME(3) NOT NULL,
	PRIMARY KEY (org_id, invitation_id, user_id),
	CONSTRAINT invitation_uses_fk1 FOREIGN KEY (org_id, invitation_id) REFERENCES invitations (org_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- The isolation boundary. client_id is its public id; environment never changes (trigger below).
-- meters_full_until: a built-in meter was used up, so that whoever counts one looks first (domain/quotas.h).
-- tenant: org_id, id
CREATE TABLE projects (
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	org_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	client_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(255) NOT NULL,
	slug VARCHAR(64) COLLATE ascii_bin NOT NULL,
	type VARCHAR(8) COLLATE ascii_bin NOT NULL,
	environment VARCHAR(4) COLLATE ascii_bin NOT NULL,
	description VARCHAR(500) NULL,
	logo_url VARCHAR(2048) COLLATE ascii_bin NULL,
	status VARCHAR(16) COLLATE ascii_bin NOT NULL,
	version INT UNSIGNED NOT NULL,
	created_by VARCHAR(29) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	deleted_at DATETIME(3) NULL,
	meters_full_until DATETIME(3) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY uq_client_id (client_id),
	UNIQUE KEY uq_org_id_slug (org_id, slug),
	UNIQUE KEY uq_org_id_id (org_id, id),
	KEY k_status_deleted_at (status, deleted_at),
	CONSTRAINT projects_environment CHECK (environment IN ('live','test')),
	CONSTRAINT projects_type CHECK (type IN ('web','mcp','hybrid')),
	CONSTRAINT projects_fk1 FOREIGN KEY (org_id) REFERENCES orgs (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A test key must never come to act on live data, whoever writes the row.
CREATE TRIGGER projects_environment_immutable BEFORE UPDATE ON projects FOR EACH ROW
BEGIN
	IF NEW.environment <> OLD.environment THEN
		SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'a project''s environment never changes';
	END IF;
END;

-- A company: it owns members, projects and its part of the audit log. guard is written first by whoever counts below it, version is
-- what a PATCH and its ETag see.
-- tenant: id
CREATE TABLE orgs (
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	name VARCHAR(255) NOT NULL,
	slug VARCHAR(64) COLLATE ascii_bin NOT NULL,
	description VARCHAR(500) NULL,
	logo_url VARCHAR(2048) COLLATE ascii_bin NULL,
	discoverable BOOLEAN NOT NULL,
	status VARCHAR(16) COLLATE ascii_bin NOT NULL,
	default_project_id VARCHAR(29) COLLATE ascii_bin NULL,
	version INT UNSIGNED NOT NULL,
	guard INT UNSIGNED NOT NULL DEFAULT 0,
	created_by VARCHAR(29) COLLATE ascii_bin NULL,
	created_at DATETIME(3) NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	deleted_at DATETIME(3) NULL,
	PRIMARY KEY (id),
	UNIQUE KEY uq_slug (slug),
	KEY k_discoverable_name (discoverable, name),
	KEY k_status_id (status, id),
	KEY k_id_default_project_id (id, default_project_id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- A circle: insert the organization without it, its project, then set it, in one transaction; NULL again before a purge.
ALTER TABLE orgs ADD CONSTRAINT orgs_default_project FOREIGN KEY (id, default_project_id)
	REFERENCES projects (org_id, id);

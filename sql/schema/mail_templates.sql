-- Mails that a project words itself: a built-in's other words, or a mail of its own, one row a language.
-- tenant: project_id
CREATE TABLE mail_templates (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	slug VARCHAR(64) COLLATE ascii_bin NOT NULL,
	locale VARCHAR(35) COLLATE ascii_bin NOT NULL,
	category VARCHAR(16) COLLATE ascii_bin NOT NULL,
	name VARCHAR(200) NOT NULL,
	subject VARCHAR(500) NOT NULL,
	body MEDIUMTEXT NOT NULL,
	version INT UNSIGNED NOT NULL,
	updated_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, slug, locale),
	CONSTRAINT mail_templates_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

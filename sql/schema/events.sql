-- Something that happened in a project. sequence is given at fan-out; source_key is a connection, a trigger or '-'.
-- tenant: project_id
CREATE TABLE events (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	type VARCHAR(96) COLLATE ascii_bin NOT NULL,
	sequence BIGINT UNSIGNED NULL,
	source VARCHAR(8) COLLATE ascii_bin NOT NULL,
	source_key VARCHAR(29) COLLATE ascii_bin NOT NULL,
	subject_id VARCHAR(29) COLLATE ascii_bin NULL,
	actor_id VARCHAR(29) COLLATE ascii_bin NULL,
	data MEDIUMBLOB NOT NULL,
	dedup_key VARBINARY(128) NULL,
	created_at DATETIME(3) NOT NULL,
	PRIMARY KEY (project_id, id),
	UNIQUE KEY uq_sequence (project_id, sequence),
	UNIQUE KEY uq_source_key_dedup_key (project_id, source_key, dedup_key),
	KEY k_type_id (project_id, type, id),
	KEY k_source_id (project_id, source, id),
	KEY k_subject_id_id (project_id, subject_id, id),
	CONSTRAINT events_fk1 FOREIGN KEY (project_id) REFERENCES projects (id)
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

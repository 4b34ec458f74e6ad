-- What a search finds people by: their texts from each letter on, 24 characters of them (lib/search_words.h). Written with the person's row;
-- a search reads the rows that begin with what was typed, which are next to each other.
-- tenant: project_id
CREATE TABLE user_words (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	part VARCHAR(24) NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	PRIMARY KEY (project_id, part, user_id),
	KEY k_user_id_part (project_id, user_id, part),
	CONSTRAINT user_words_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

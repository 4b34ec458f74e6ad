-- What a search finds people by: for each two letters that begin a part of a word of theirs, those parts. Written with the person's row;
-- words begin with a space each. The primary key is the list that a search walks, the newest person first.
-- tenant: project_id
CREATE TABLE user_words (
	project_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	head VARCHAR(2) NOT NULL,
	user_id VARCHAR(29) COLLATE ascii_bin NOT NULL,
	words VARCHAR(1000) NOT NULL,
	PRIMARY KEY (project_id, head, user_id),
	KEY k_user_id (project_id, user_id),
	CONSTRAINT user_words_fk1 FOREIGN KEY (project_id, user_id) REFERENCES users (project_id, id) ON DELETE CASCADE
) ENGINE=InnoDB DEFAULT CHARSET=utf8mb4 COLLATE=utf8mb4_unicode_520_ci;

-- expect: enum err q_json_table(struct db *db, const struct q_json_table *params, uint64_t *ret_matched) MUST_CHECK;
-- A list that the program made becomes rows.

-- name: json_table :exec
-- param: list text
INSERT INTO user_words (project_id, head, user_id, words)
SELECT :project_id, j.head, :user_id, j.words
FROM JSON_TABLE(:list, '$[*]' COLUMNS (head VARCHAR(2) PATH '$[0]', words VARCHAR(500) PATH '$[1]')) AS j;

-- expect: enum err q_json_table(struct db *db, const struct q_json_table *params, uint64_t *ret_matched) MUST_CHECK;
-- A list that the program made becomes rows.

-- name: json_table :exec
-- param: list text
INSERT INTO user_words (project_id, part, user_id)
SELECT :project_id, j.part, :user_id
FROM JSON_TABLE(:list, '$[*]' COLUMNS (part VARCHAR(24) PATH '$')) AS j;

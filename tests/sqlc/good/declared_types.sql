-- expect: bool everyone;
-- expect: const char *echo;	/* may be NULL */
-- What can't be inferred is declared.

-- param: echo text
-- column: echo text?
-- name: declared_types :many
SELECT u.id, :echo AS echo FROM users u WHERE u.project_id = :project_id AND (:everyone OR u.id = :id) ORDER BY u.id;

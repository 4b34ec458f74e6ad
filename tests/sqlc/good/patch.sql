-- expect: bool has_name;
-- expect: const char *description;	/* may be NULL */
-- One static statement for every PATCH.

-- name: patch :exec
UPDATE orgs SET name = IF(:has_name, :name, name), description = IF(:has_description, :description, description),
	version = version + 1, updated_at = :now
WHERE id = :org_id AND version = :if_version;

-- expect: isn't bound to one tenant
-- A DELETE by an id alone.

-- name: delete_unbound :exec
DELETE FROM sessions WHERE id = :id;

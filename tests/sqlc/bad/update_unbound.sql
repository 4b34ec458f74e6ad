-- expect: isn't bound to one tenant
-- An UPDATE by an id alone.

-- name: update_unbound :exec
UPDATE users SET name = :name WHERE id = :id;

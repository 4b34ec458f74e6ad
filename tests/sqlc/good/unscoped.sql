-- expect: struct bytes digest;
-- Authentication comes before there is a tenant.

-- unscoped: it finds out which tenant the caller is of
-- name: unscoped :one
SELECT k.id, k.org_id FROM api_keys k WHERE k.secret_digest = :digest AND k.revoked_at IS NULL;

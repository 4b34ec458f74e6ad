-- What a project sells piece by piece (licensing.md section 3).

-- name: item_insert :exec
INSERT INTO items (project_id, id, name, description, price, currency, custom_amount, is_active, guard, version, created_at, updated_at)
VALUES (:project_id, :id, :name, :description, :price, :currency, :custom_amount, :is_active, 0, 1, :now, :now);

-- name: item_get :one
-- row: item_row
SELECT i.id, i.name, i.description, i.price, i.currency, i.custom_amount, i.is_active, i.version, i.created_at, i.updated_at
FROM items i
WHERE i.project_id = :project_id AND i.id = :id;

-- The newest first. active: NULL for all, else whether they are.
-- name: item_list :many
-- row: item_row
-- param: active int
SELECT i.id, i.name, i.description, i.price, i.currency, i.custom_amount, i.is_active, i.version, i.created_at, i.updated_at
FROM items i
WHERE i.project_id = :project_id AND (:after_id IS NULL OR i.id < :after_id) AND (:active IS NULL OR i.is_active = :active)
ORDER BY i.id DESC
LIMIT :limit;

-- name: item_count :one
-- param: active int
SELECT COUNT(*) AS total
FROM items i
WHERE i.project_id = :project_id AND (:active IS NULL OR i.is_active = :active);

-- The guard of a change: written first.
-- name: item_touch :exec
UPDATE items SET version = version + 1, updated_at = :now
WHERE project_id = :project_id AND id = :id;

-- Written first by whoever begins to buy one, so that it isn't deleted meanwhile.
-- name: item_guard :exec
UPDATE items SET guard = guard + 1
WHERE project_id = :project_id AND id = :id;

-- name: item_update :exec
UPDATE items
SET name = :name, description = :description, price = :price, currency = :currency, custom_amount = :custom_amount, is_active = :is_active
WHERE project_id = :project_id AND id = :id;

-- name: item_delete :exec
DELETE FROM items WHERE project_id = :project_id AND id = :id;

-- Was it ever bought, or begun to be?
-- name: item_payment_count :one
SELECT COUNT(*) AS total
FROM payments y
WHERE y.project_id = :project_id AND y.item_id = :item_id;

-- expect: 'rank' is reserved in MySQL or MariaDB
-- rank is reserved in MySQL 8.

-- name: reserved_alias :one
SELECT u.name AS rank FROM users u WHERE u.project_id = :project_id AND u.id = :id;

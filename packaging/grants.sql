-- Prints the statements that give the running program its rights on each table; run its output after each migration:
--   mariadb -N gatehouse <grants.sql | mariadb gatehouse
-- The audit log can be added to and sealed (seq and hash), not changed or shortened.
SELECT CONCAT('GRANT SELECT, INSERT, UPDATE, DELETE ON gatehouse.`', TABLE_NAME, '` TO gatehouse@localhost;')
FROM information_schema.TABLES
WHERE TABLE_SCHEMA = 'gatehouse' AND TABLE_TYPE = 'BASE TABLE' AND TABLE_NAME <> 'audit_events';
SELECT 'GRANT SELECT, INSERT, UPDATE (seq, hash) ON gatehouse.audit_events TO gatehouse@localhost;'
FROM information_schema.TABLES
WHERE TABLE_SCHEMA = 'gatehouse' AND TABLE_NAME = 'audit_events';

-- The database and its two accounts: one that changes the schema, one that Gatehouse runs with. May be run again.
-- Replace @MIGRATE_PASSWORD@ and @RUNTIME_PASSWORD@; then run gatehousectl migrate, then what grants.sql prints.
CREATE DATABASE IF NOT EXISTS gatehouse CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;
CREATE USER IF NOT EXISTS gatehouse_migrate@localhost IDENTIFIED BY '@MIGRATE_PASSWORD@';
ALTER USER gatehouse_migrate@localhost IDENTIFIED BY '@MIGRATE_PASSWORD@';
GRANT ALL ON gatehouse.* TO gatehouse_migrate@localhost;
CREATE USER IF NOT EXISTS gatehouse@localhost IDENTIFIED BY '@RUNTIME_PASSWORD@';
ALTER USER gatehouse@localhost IDENTIFIED BY '@RUNTIME_PASSWORD@';

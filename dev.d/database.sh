# A MariaDB of our own in ./var/mysql, reachable by a Unix socket only, with the two accounts that a real installation has.
# shellcheck shell=bash

start_database() {
	if [ ! -d "$var/mysql/mysql" ]; then
		make_database
	fi
	write_database_configuration
	if ! process_pid mariadb >/dev/null; then
		step "starting MariaDB"
		start_process mariadb mariadbd --defaults-file="$var/my.cnf"
	fi
	wait_for "MariaDB" 60 mariadb database_administer -e 'SELECT 1'
	make_accounts
}

stop_database() {
	stop_process mariadb TERM 60
}

write_database_configuration() {
	substitute dev.d/my.cnf.in DATA="$var/mysql" TMP="$var/tmp" RUN="$run" USER="$(id -un)" >"$var/my.cnf"
}

# Made beside and renamed, so that an interrupted start leaves nothing half made.
# --force: a machine whose own name can't be looked up has a database too; no account is made for that name.
make_database() {
	step "making the database in var/mysql"
	rm -rf "$var/mysql.new"
	mariadb-install-db --no-defaults --datadir="$var/mysql.new" --tmpdir="$var/tmp" --user="$(id -un)" --skip-test-db --skip-name-resolve --force \
		--auth-root-authentication-method=socket --auth-root-socket-user="$(id -un)" >"$var/log/mariadb-install.log" 2>&1 || {
		tail -n 15 "$var/log/mariadb-install.log" >&2
		fail "mariadb-install-db failed (var/log/mariadb-install.log)"
	}
	mv "$var/mysql.new" "$var/mysql"
}

# As the all-privileged account that mariadb-install-db made for whoever runs it, and that the socket grants to nobody else.
database_administer() {
	mariadb --no-defaults --user="$(id -un)" --socket="$run/mariadb.sock" --batch --skip-column-names "$@"
}

# Two accounts of one system user can't be told apart by the socket, so each has a password.
make_accounts() {
	make_secret "$var/database-migrate.password"
	make_secret "$var/database-runtime.password"
	substitute packaging/accounts.sql \
		MIGRATE_PASSWORD="$(cat "$var/database-migrate.password")" \
		RUNTIME_PASSWORD="$(cat "$var/database-runtime.password")" | database_administer
}

# What the running program may do, table by table: it can add to the audit log and seal it, but not change it.
grant_tables() {
	database_administer gatehouse <packaging/grants.sql | database_administer gatehouse
}

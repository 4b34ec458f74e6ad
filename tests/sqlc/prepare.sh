#!/bin/bash
# Against a private MariaDB, as TAP: schema/ and migrations/ give the same tables, every generated statement prepares and runs, and the
# connection keeps its promises (migration.c, connection.c, prepare.c).
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${GATEHOUSE_BUILD:-build}
folder=$(mktemp -d /tmp/gh-sqlc.XXXXXX)
socket=$folder/s
failures=0
server=

stop() {
	[ -z "$server" ] || { kill "$server"; wait "$server"; } 2>/dev/null
	rm -rf "$folder"
}
trap stop EXIT

sql() { mariadb --no-defaults -uroot -S "$socket" --skip-column-names "$@"; }

say() {	# say STATUS NAME
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		sed 's/^/# /' "$folder/why"
		failures=$((failures + 1))
	fi
}

start() {
	mkdir "$folder/tmp"
	mariadb-install-db --no-defaults --auth-root-authentication-method=normal --skip-test-db --datadir="$folder/data" --tmpdir="$folder/tmp" \
		--user="$(id -un)" >"$folder/why" 2>&1 || return 1
	"${MARIADBD:-/usr/sbin/mariadbd}" --no-defaults --user="$(id -un)" --datadir="$folder/data" --tmpdir="$folder/tmp" --socket="$socket" --skip-networking \
		--pid-file="$folder/pid" --innodb-buffer-pool-size=32M --innodb-flush-log-at-trx-commit=0 >"$folder/why" 2>&1 &
	server=$!
	for _ in $(seq 150); do
		sql -e "SELECT 1" >"$folder/ping" 2>&1 && return 0
		kill -0 "$server" 2>/dev/null || return 1
		sleep 0.1
	done
	return 1
}

# Everything that makes two schemas differ.
describe() {
	sql -e "
	SELECT 'column', table_name, ordinal_position, column_name, column_type, is_nullable, column_default, collation_name
	FROM information_schema.columns WHERE table_schema = '$1' ORDER BY 2, 3;
	SELECT 'key', table_name, index_name, seq_in_index, column_name, non_unique
	FROM information_schema.statistics WHERE table_schema = '$1' ORDER BY 2, 3, 4;
	SELECT 'foreign key', table_name, constraint_name, ordinal_position, column_name, referenced_table_name, referenced_column_name
	FROM information_schema.key_column_usage WHERE table_schema = '$1' AND referenced_table_name IS NOT NULL ORDER BY 2, 3, 4;
	SELECT 'rule', table_name, constraint_name, update_rule, delete_rule
	FROM information_schema.referential_constraints WHERE constraint_schema = '$1' ORDER BY 2, 3;
	SELECT 'check', table_name, constraint_name, check_clause
	FROM information_schema.check_constraints WHERE constraint_schema = '$1' ORDER BY 2, 3;
	SELECT 'trigger', event_object_table, trigger_name, event_manipulation, action_timing, action_statement
	FROM information_schema.triggers WHERE trigger_schema = '$1' ORDER BY 2, 3;"
}

is_same_schema() {
	describe "$1" >"$folder/one" && describe "$2" >"$folder/two" && [ -s "$folder/one" ] &&
		diff "$folder/one" "$folder/two" >"$folder/why"
}

# A program that dies says nothing, or "ok" for the tests before.
run_program() {
	CMOCKA_MESSAGE_OUTPUT=TAP "$build/tests/sqlc/$1" 2>"$folder/why" >"$folder/out"
	local status=$?
	grep -v -e '^1\.\.' -e '^# ok' "$folder/out"
	[ $status != 0 ] || return 0
	failures=$((failures + 1))
	sed 's/^/# /' "$folder/why"
	grep -q '^not ok' "$folder/out" || echo "not ok - $1 ended with $status"
}

# The generated headers first: a single program doesn't ask for them by itself.
make -s -C "$build" sql/gen/sqlc.stamp >&2 &&
	make -s -C "$build" tests/sqlc/migration tests/sqlc/connection tests/sqlc/prepare >&2 || { echo "not ok - the programs build"; exit 1; }
start
started=$?
say $started "a private MariaDB starts"
[ $started = 0 ] || exit 1

sql -e "CREATE DATABASE connection; CREATE DATABASE from_schema CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_520_ci;"
export GATEHOUSE_TEST_SOCKET=$socket
run_program migration
run_program connection

"$build/sqlc" --schema sql/schema/*.sql --baseline | sed 's/^CREATE TRIGGER/DELIMITER \/\/\n&/; s/^END;/END\/\/\nDELIMITER ;/' |
	sql from_schema >"$folder/why" 2>&1
say $? "the schema files build a database"
is_same_schema from_schema connection
say $? "sql/schema and sql/migrations give the same tables"
sql connection -e "ALTER TABLE users ADD COLUMN planted INT NULL"
! is_same_schema from_schema connection
say $? "a planted column in one of them is noticed"
"$build/sqlc" --schema sql/schema/*.sql --baseline | diff - sql/migrations/0001_baseline.sql >"$folder/why"
say $? "0001_baseline.sql is what sqlc --baseline prints"

"$build/tests/sqlc/prepare" from_schema || failures=$((failures + 1))
[ $failures = 0 ]

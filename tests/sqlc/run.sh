#!/bin/bash
# The query compiler's corpus as TAP: what must not build says why, what must build gives the C that it should.
# Then prepare.sh, which shows the project's own queries to a server. A word as argument narrows to files with that name.
set -u
cd "$(dirname "$0")/../.." || exit 1
build=${GATEHOUSE_BUILD:-build}
word=${1:-}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
failures=0

make -s -C "$build" "sqlc" >&2 || { echo "not ok - the compiler builds"; exit 1; }
sqlc=$build/sqlc

say() {	# say STATUS NAME: a line of TAP; a failure is counted and explained by what is in $work/why
	if [ "$1" = 0 ]; then
		echo "ok - $2"
	else
		echo "not ok - $2"
		sed 's/^/# /' "$work/why"
		failures=$((failures + 1))
	fi
}

# Lines "-- expect: text" at the top of a file.
expected() { sed -n 's/^-- expect: //p' "$1"; }

# Does the compiler refuse the file with the message that the file expects?
is_refused() {
	"$sqlc" --schema sql/schema/*.sql --queries "$1" >"$work/why" 2>&1
	local status=$?
	[ -n "$(expected "$1")" ] || { echo "the file doesn't say what it expects" >"$work/why"; return 1; }
	[ $status = 1 ] || { echo "ended with $status instead of being refused" >>"$work/why"; return 1; }
	grep -qF -e "$(expected "$1")" "$work/why"
}

# Does the file compile to C that a C compiler takes and that holds the lines that the file expects?
is_taken() {
	mkdir -p "$work/sql/gen"
	"$sqlc" --schema sql/schema/*.sql --queries "$1" --out "$work/sql/gen" >"$work/why" 2>&1 || return 1
	${CC:-cc} -std=c17 -Wall -Wextra -Wconversion -Werror -D_GNU_SOURCE -I"$work" -I. -fsyntax-only "$work/sql/gen/queries.c" \
		>"$work/why" 2>&1 || return 1
	[ -n "$(expected "$1")" ] || { echo "the file doesn't say what it expects" >"$work/why"; return 1; }
	expected "$1" | while IFS= read -r line; do
		grep -qF -e "$line" "$work/sql/gen/queries.h" || { echo "queries.h has no line: $line" >"$work/why"; exit 1; }
	done
}

for file in tests/sqlc/bad/*"$word"*.sql; do
	[ -e "$file" ] || continue
	is_refused "$file"
	say $? "$(basename "$file" .sql) doesn't build"
done
for file in tests/sqlc/good/*"$word"*.sql; do
	[ -e "$file" ] || continue
	is_taken "$file"
	say $? "$(basename "$file" .sql) builds"
done

# The checks above can fail: a bad file that builds, one that is refused for another reason, a good one that doesn't build.
plant() { printf -- '-- expect: %s\n\n-- name: planted :one\n%s\n' "$2" "$3" >"$work/$1.sql"; }
plant builds "isn't bound to one tenant" "SELECT o.id FROM orgs o WHERE o.id = :org_id;"
plant otherwise "isn't bound to one tenant" "SELECT o.nothing FROM orgs o WHERE o.id = :org_id;"
plant refused "const char *id;" "SELECT u.id FROM users u WHERE u.id = :id;"
plant unlike "const char *nothing;" "SELECT o.id FROM orgs o WHERE o.id = :org_id;"
if [ -z "$word" ] || [[ planted == *"$word"* ]]; then
	! is_refused "$work/builds.sql"; say $? "a planted bad query that builds is noticed"
	! is_refused "$work/otherwise.sql"; say $? "a planted bad query that is refused for another reason is noticed"
	! is_taken "$work/refused.sql"; say $? "a planted good query that doesn't build is noticed"
	! is_taken "$work/unlike.sql"; say $? "a planted good query with other members is noticed"
fi

# The rule of at least fifteen each.
if [ -z "$word" ]; then
	bad=$(find tests/sqlc/bad -name '*.sql' | wc -l)
	good=$(find tests/sqlc/good -name '*.sql' | wc -l)
	echo "$bad bad and $good good queries" >"$work/why"
	[ "$bad" -ge 15 ] && [ "$good" -ge 15 ]
	say $? "the corpus holds at least fifteen of each"
	tests/sqlc/prepare.sh || failures=$((failures + 1))
fi
[ $failures = 0 ]

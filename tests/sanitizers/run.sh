#!/bin/sh
# Unit and API tests, built with the address and undefined-behaviour sanitizers: any report fails, and a planted overflow must be
# reported. Ends with "N passed, N failed".
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${GATEHOUSE_BUILD:-$root/build}/sanitizers
reports=$(mktemp -d)
trap 'rm -rf "$reports"' EXIT
passed=0
failed=0

# report RESULT NAME
report() {
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
		passed=$((passed + 1))
	else
		echo "not ok - $2"
		failed=$((failed + 1))
	fi
}

finish() {
	echo "$passed passed, $failed failed"
	[ $failed -eq 0 ]
	exit
}

mkdir -p "$build"
(cd "$build" && { [ -e Makefile ] || "$root/configure" -q --enable-werror --enable-sanitizers CFLAGS='-g -O1'; } &&
	{ export ASAN_OPTIONS=detect_leaks=0; make -s -j2 all >make.out && make -s tests/sanitizers/overflow >>make.out; })
report $? "everything builds with the sanitizers"
[ $failed -eq 0 ] || finish

export GATEHOUSE_BUILD="$build"
control=$build/tests/sanitizers/overflow
"$control" >"$reports/control" 2>&1
report $? "the control lives while it stays inside"
"$control" outside >"$reports/control" 2>&1 && result=1 || result=0
grep -q 'AddressSanitizer: heap-buffer-overflow' "$reports/control" || result=1
report "$result" "the control dies when it writes one octet past its allocation"

# The reports go to files, since a worker that dies of one is replaced. Leaks are looked for where a program ends by itself.
export UBSAN_OPTIONS=print_stacktrace=1:log_path="$reports/report"
export ASAN_OPTIONS=detect_leaks=1:log_path="$reports/report"
"$root/tests/unit/run.sh" >"$reports/unit" 2>&1
unit=$?
cat "$reports/unit"
passed=$((passed + $(grep -c '^ok ' "$reports/unit")))
failed=$((failed + $(grep -c '^not ok ' "$reports/unit")))
report $unit "the unit tests run with the sanitizers"

export ASAN_OPTIONS=detect_leaks=0:log_path="$reports/report"
node "$root/tests/run.mjs" api "$@" >"$reports/api" 2>&1
api=$?
cat "$reports/api"
sum=$(grep -E '^[0-9]+ passed, [0-9]+ failed$' "$reports/api" | tail -n 1)
passed=$((passed + ${sum%% *}))
failed=$((failed + $(echo "$sum" | sed 's/.*, \([0-9]*\) failed/\1/')))
report $api "the API tests run with the sanitizers"

cat "$reports"/report.* 2>/dev/null && result=1 || result=0
report "$result" "no sanitizer reported anything"
finish

#!/bin/sh
# Builds and runs the unit tests, as TAP; one program a file, narrowed by a part of its name.
set -u
build=${GATEHOUSE_BUILD:-$(dirname "$0")/../../build}
make -s -C "$build" -j2 check TESTS= >&2 || { echo "not ok - the unit tests build"; exit 1; }
status=0
for program in $(make -s -C "$build" list-unit); do
	case $program in
	*"${1:-}"*) ;;
	*) continue ;;
	esac
	program=$build/$program
	echo "# ${program##*/}"
	# cmocka says what failed; a program that dies says nothing, or "ok" for the tests before.
	output=$(CMOCKA_MESSAGE_OUTPUT=TAP "$program" 2>&1)
	code=$?
	printf '%s\n' "$output"
	if [ $code -ne 0 ] && ! printf '%s\n' "$output" | grep -q '^not ok'; then
		echo "not ok - ${program##*/} ended with $code"
	fi
	[ $code -eq 0 ] || status=1
done
exit $status

#!/bin/sh
# Replays each fuzz target's seeds (tests/fuzz/seeds/<target>/), as TAP.
set -u
here=$(cd "$(dirname "$0")" && pwd)
build=${GATEHOUSE_BUILD:-$here/../../build}
make -s -C "$build" -j2 check TESTS= >&2 || { echo "not ok - the fuzz targets build"; exit 1; }
status=0
for program in $(make -s -C "$build" list-fuzz); do
	name=${program##*/}
	program=$build/$program
	case $name in
	*"${1:-}"*) ;;
	*) continue ;;
	esac
	if output=$("$program" "$here/seeds/$name" 2>&1); then
		echo "ok - $name replays $output"
	else
		printf '%s\n' "$output" | sed 's/^/# /'
		echo "not ok - $name replays its seeds"
		status=1
	fi
done
exit $status

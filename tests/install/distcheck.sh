#!/bin/sh
# `make distcheck`: the tarball builds, tests, installs and uninstalls from a source tree that can't be written to. TAP.
set -u
build=${GATEHOUSE_BUILD:-$(dirname "$0")/../../build}
work=$(mktemp -d)
trap 'chmod -R u+w "$work"; rm -rf "$work"' EXIT
mkdir "$work/build"
if (cd "$work/build" && "$(cd "$build/.." && pwd)/configure" -q && make -s -j2 distcheck VERBOSE=1) >"$work/out" 2>&1; then
	echo "ok - make distcheck"
else
	tail -n 40 "$work/out" | sed 's/^/# /'
	echo "not ok - make distcheck"
	exit 1
fi

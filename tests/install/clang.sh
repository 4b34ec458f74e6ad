#!/bin/sh
# clang builds everything too, without a warning. TAP.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${GATEHOUSE_BUILD:-$root/build}/clang
mkdir -p "$build"
cd "$build" || exit 1
if { [ -e Makefile ] || "$root/configure" -q CC=clang --enable-werror; } >configure.out 2>&1 &&
		make -s -j2 all >make.out 2>&1 && make -s -j2 check TESTS= >>make.out 2>&1; then
	echo "ok - clang builds the programs and the tests without a warning"
else
	cat configure.out make.out | tail -n 40 | sed 's/^/# /'
	echo "not ok - clang builds the programs and the tests without a warning"
	exit 1
fi

# Builds the programs with autotools into ./build and the pages with npm into ./dashboard/dist.
# shellcheck shell=bash

command_build() {
	need_packages build
	need_node
	build_programs
	build_pages
}

command_openapi() {
	need_packages build
	need_node
	build_programs
	"$build/gatehoused" --describe | node dev.d/openapi.mjs docs
}

# configure_and_make FOLDER TARGETS -- CONFIGURE-ARGUMENTS…; one at a time in this tree.
configure_and_make() {
	local folder=$1 targets=$2
	shift 3
	mkdir -p "$folder" "$var/log"
	(
		flock 9
		if [ ! -x configure ]; then
			autoreconf -i >"$var/log/autoreconf.log" 2>&1 || {
				cat "$var/log/autoreconf.log" >&2
				fail "autoreconf failed"
			}
		fi
		cd "$folder"
		if [ ! -e Makefile ]; then
			"$root/configure" -q "$@" || fail "configure failed ($folder/config.log)"
		fi
		# shellcheck disable=SC2086
		make -s -j"$(nproc)" $targets >"$var/log/make.log" || fail "the programs don't build"
	) 9>"$var/build.lock"
}

build_programs() {
	step "building the programs"
	configure_and_make "$build" all -- --enable-werror
}

# The pages, when anything they are made of is newer than they are; one at a time in this tree.
build_pages() (
	built=dashboard/dist/.built
	mkdir -p "$var/log"
	exec 9>"$var/pages.lock"
	flock 9
	need_npm dashboard
	if [ -e $built ] && [ -z "$(find dashboard docs/openapi.json docs/examples/licenses -path dashboard/node_modules -prune -o -path dashboard/dist -prune \
			-o -type f -newer $built -print -quit)" ]; then
		return 0
	fi
	step "building the pages"
	(cd dashboard && npm run build) >"$var/log/pages.log" 2>&1 || {
		tail -n 30 "$var/log/pages.log" >&2
		fail "the pages don't build (var/log/pages.log)"
	}
	touch $built
)

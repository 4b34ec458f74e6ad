# Brings what ./packages lists: as root by apt-get, without starting any service; for others it prints the one line and stops.
# shellcheck shell=bash

# list_packages SOURCE GROUP…
list_packages() {
	local source=$1 groups=" ${*:2} " group from name _
	while read -r group from name _; do
		if [ "$from" = "$source" ] && [[ $groups == *" $group "* ]]; then
			printf '%s\n' "$name"
		fi
	done <packages
}

missing_packages() {
	local name status
	for name in "$@"; do
		status=$(dpkg-query -W -f '${db:Status-Abbrev}' "$name" 2>/dev/null || true)
		case $status in
		[ih]i*) ;;
		*) printf '%s\n' "$name" ;;
		esac
	done
}

need_packages() {
	local wanted missing
	mapfile -t wanted < <(list_packages debian "$@")
	mapfile -O "${#wanted[@]}" -t wanted < <(node_packages)
	mapfile -t missing < <(missing_packages "${wanted[@]}")
	[ ${#missing[@]} -gt 0 ] || return 0
	if ! is_root; then
		printf 'Gatehouse needs a few Debian packages. Install them with this line, then run ./dev again:\n\n' >&2
		printf '  sudo apt-get install --no-install-recommends %s\n\n' "${missing[*]}" >&2
		exit 1
	fi
	step "installing ${missing[*]}"
	install_packages "${missing[@]}"
}

# Debian's nginx starts itself when it is installed; policy-rc.d says no for as long as that takes.
install_packages() (
	policy=/usr/sbin/policy-rc.d
	if [ ! -e $policy ]; then
		trap 'rm -f "$policy"' EXIT
		printf '#!/bin/sh\nexit 101\n' >$policy
		chmod 0755 $policy
	fi
	mkdir -p "$var/log"
	export DEBIAN_FRONTEND=noninteractive
	{
		apt-get update -q && apt-get install -y -q --no-install-recommends "$@"
	} >"$var/log/apt.log" 2>&1 || {
		tail -n 15 "$var/log/apt.log" >&2
		fail "apt-get failed (var/log/apt.log)"
	}
)

# need_npm FOLDER: exactly what its lock file says, again when that has changed.
need_npm() {
	local folder=$1
	grep -q '"\(d\|devD\)ependencies"' "$folder/package.json" || return 0
	# npm writes this file last.
	if [ -e "$folder/node_modules/.package-lock.json" ] &&
			! [ "$folder/package-lock.json" -nt "$folder/node_modules/.package-lock.json" ]; then
		return 0
	fi
	step "npm ci in $folder/"
	mkdir -p "$var/log"
	(cd "$folder" && npm ci --no-audit --no-fund) >"$var/log/npm.log" 2>&1 || {
		tail -n 20 "$var/log/npm.log" >&2
		fail "npm ci failed in $folder/ (var/log/npm.log)"
	}
}

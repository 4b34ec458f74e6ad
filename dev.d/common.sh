# What every command of ./dev uses: places, messages, and processes in the background with a pid file each.
# shellcheck shell=bash

var=$root/var
build=$root/build
port=${GATEHOUSE_PORT:-8443}
umask 022

say() {
	printf '%s\n' "$*"
}

# What is going on, for the one who waits.
step() {
	printf '· %s\n' "$*" >&2
}

fail() {
	printf './dev: %s\n' "$*" >&2
	exit 1
}

is_root() {
	[ "$(id -u)" -eq 0 ]
}

make_folders() {
	mkdir -p "$var"/{log,pids,mail,tls,tmp}
	chmod 0700 "$var"/{mail,tls}
}

# A Unix socket's path ends at 107 characters, so where the tree lies deep the sockets go to a short folder that var/run names.
find_run_folder() {
	local wanted=$var/run recorded
	if [ $((${#wanted} + 16)) -lt 100 ]; then
		run=$wanted
		mkdir -p "$run"
	else
		recorded=$(cat "$var/run-folder" 2>/dev/null || true)
		if [ -z "$recorded" ] || [ ! -O "$recorded" ]; then
			recorded=$(mktemp -d /tmp/gatehouse.XXXXXX)
			printf '%s\n' "$recorded" >"$var/run-folder"
		fi
		run=$recorded
	fi
	chmod 0750 "$run"
}

# The pid of a process that start_process started and that still runs; a number that another program got since isn't it.
process_pid() {
	local file=$var/pids/$1.pid pid started
	[ -e "$file" ] || return 1
	read -r pid started <"$file" || return 1
	[ -n "$started" ] && [ "$(process_start_time "$pid")" = "$started" ] || return 1
	printf '%s\n' "$pid"
}

# Nothing for a process that has ended, also while nobody has collected it.
process_start_time() {
	sed -e 's/.*) //' -e '/^[ZX]/d' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# start_process NAME PROGRAM…: in a session of its own, so that Ctrl-C reaches only ./dev, which ends things in order.
start_process() {
	local name=$1 pid
	shift
	setsid "$@" </dev/null >>"$var/log/$name.log" 2>&1 9>&- &
	pid=$!
	printf '%s %s\n' "$pid" "$(process_start_time "$pid")" >"$var/pids/$name.pid"
}

# stop_process NAME SIGNAL SECONDS
stop_process() {
	local name=$1 signal=$2 patience=$3 pid
	pid=$(process_pid "$name") || return 0
	kill -s "$signal" "$pid" 2>/dev/null || true
	for ((i = 0; i < patience * 20; i++)); do
		process_pid "$name" >/dev/null || break
		sleep 0.05
	done
	if process_pid "$name" >/dev/null; then
		step "$name doesn't end; killing it"
		kill -KILL "$pid" 2>/dev/null || true
	fi
	rm -f "$var/pids/$name.pid"
}

# wait_for WHAT SECONDS PROCESS PROGRAM…: until the program succeeds; fails early when the process is gone.
wait_for() {
	local what=$1 patience=$2 process=$3
	shift 3
	for ((i = 0; i < patience * 10; i++)); do
		if "$@" >/dev/null 2>&1; then
			return 0
		fi
		if ! process_pid "$process" >/dev/null; then
			tail -n 15 "$var/log/$process.log" >&2
			fail "$what: $process ended (all of it: var/log/$process.log)"
		fi
		sleep 0.1
	done
	tail -n 15 "$var/log/$process.log" >&2
	fail "$what: waited $patience s in vain (var/log/$process.log)"
}

# substitute TEMPLATE NAME=VALUE…: the template with each @NAME@ replaced.
substitute() {
	local template=$1 text pair
	shift
	text=$(cat "$template")
	for pair in "$@"; do
		text=${text//"@${pair%%=*}@"/"${pair#*=}"}
	done
	printf '%s\n' "$text"
}

# A secret in a file that only this user reads; made once.
make_secret() {
	local file=$1
	if [ ! -s "$file" ]; then
		(umask 077 && openssl rand -hex 24 >"$file.new" && mv "$file.new" "$file")
	fi
}

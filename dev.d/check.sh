# Runs the parts listed in tests/parts, in two lanes beside one another, and adds up what they say.
# shellcheck shell=bash

# A part that takes longer hangs: it counts as one that ended badly, and the rest still runs.
part_seconds_max=1500

command_check() {
	local part parts=("$@") lane lanes=() ended=0
	if [ "${1:-}" = --list ]; then
		list_parts '[0-9]'
		return 0
	fi
	for part in "${parts[@]}"; do
		part_command "${part%%/*}" >/dev/null || fail "there is no part '${part%%/*}' (./dev check --list)"
	done

	need_packages run build test
	need_node
	make_folders
	build_programs
	build_pages
	need_npm tests
	export GATEHOUSE_BUILD=$build
	mkdir -p "$var/check"
	results=$(mktemp)
	if [ ${#parts[@]} -gt 0 ]; then
		run_lane "${parts[@]}" &
		lanes=("$!")
	else
		for lane in 1 2; do
			mapfile -t parts < <(list_parts "$lane")
			run_lane "${parts[@]}" &
			lanes+=("$!")
		done
	fi
	trap 'kill "${lanes[@]}" 2>/dev/null; wait; exit 130' INT TERM
	for lane in "${lanes[@]}"; do
		wait "$lane" || ended=1
	done
	add_up
	[ "$ended" -eq 0 ]
}

# The names of the parts in a lane.
list_parts() {
	sed -n "s/^$1 \([a-z][a-z_-]*\) .*/\1/p" tests/parts
}

part_command() {
	local lane name command
	while read -r lane name command; do
		if [ "$name" = "$1" ] && [ "$lane" != '#' ]; then
			printf '%s\n' "$command"
			return 0
		fi
	done <tests/parts
	return 1
}

# run_lane PART…: one after the other; ends well when each did.
run_lane() {
	local part status=0
	trap 'kill "$running" 2>/dev/null; wait; exit 130' TERM
	for part in "$@"; do
		run_part "$part" || status=1
	done
	return $status
}

# run_part NAME[/WORD]: says how it went, and leaves "PASSED FAILED NAME" in $results.
run_part() {
	local part=$1 name=${1%%/*} command log status=0 passed failed begin=$SECONDS
	local words=()
	read -r -a command < <(part_command "$name")
	if [ "$name" != "$part" ]; then
		words=("${part#*/}")
	fi
	log=$var/check/$name.log.$$
	timeout --kill-after=30 "$part_seconds_max" "${command[@]}" "${words[@]}" >"$log" 2>&1 </dev/null &
	running=$!
	wait "$running" || status=$?
	read -r passed failed < <(count_results "$log")
	if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
		failed=$((failed + 1))
		printf 'not ok - the part ends within %s s\n' "$part_seconds_max" >>"$log"
	elif [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then
		failed=1
		printf 'the part ended with %s after %s passed\n' "$status" "$passed" >>"$log"
	fi
	printf '%s %s %s\n' "$passed" "$failed" "$part" >>"$results"
	printf '%-12s%5s passed %5s failed  %4s s\n' "$part" "$passed" "$failed" "$((SECONDS - begin))"
	sed -n 's/^# \(.* at the second try\)$/    \1/p' "$log"
	# Under its own name when it's whole, for two checks may run at once.
	mv "$log" "$var/check/$name.log"
	if [ "$failed" -ne 0 ]; then
		show_failures "$var/check/$name.log"
		return 1
	fi
}

# The sum of $results, which is removed.
add_up() {
	local failed_parts
	failed_parts=$(awk '$2 > 0 { printf " %s", $3 }' "$results")
	if [ -n "$failed_parts" ]; then
		say "Failed:$failed_parts (what they said: var/check/)"
	fi
	say "$(awk '{ passed += $1; failed += $2 } END { printf "%d passed, %d failed", passed, failed }' "$results")"
	rm -f "$results"
}

# "PASSED FAILED": the part's own last line, or Node's sums, or the lines of TAP. A skipped test is neither.
count_results() {
	awk '
	/^[0-9]+ passed, [0-9]+ failed$/ { own = 1; own_passed = $1; own_failed = $3 }
	/^# pass [0-9]+$/ { sums = 1; sum_passed += $3 }
	/^# (fail|cancelled) [0-9]+$/ { sum_failed += $3 }
	/^(ok|not ok) / && / # (SKIP|T[O]DO)/ { next }
	/^ok / { passed++ }
	/^not ok / { failed++ }
	END {
		if (own)
			print own_passed, own_failed
		else if (sums)
			print sum_passed + 0, sum_failed + 0
		else
			print passed + 0, failed + 0
	}' "$1"
}

# Names first, then what each said: on a machine that nobody can look at, these lines are all there is.
show_failures() {
	local names
	names=$(grep -E '^ *(not ok |✖ )' "$1" | sed 's/^ */    /' | head -n 20 || true)
	if [ -z "$names" ]; then
		tail -n 15 "$1" | sed 's/^/    /'
		return
	fi
	printf '%s\n' "$names"
	awk '
	/^✖ failing tests:$/ { in_list = 1 }
	in_list { print; next }
	/^ *# / && !/# Subtest: / { comments = comments $0 "\n" }
	/^ *ok / { comments = ""; in_failure = 0 }
	/^ *not ok / { printf "%s", comments; comments = ""; in_failure = 1 }
	in_failure
	/^ *\.\.\.$/ { in_failure = 0 }' "$1" | head -n 120 | cut -c 1-500 | sed 's/^/      | /'
}

command_bench() {
	need_packages run build test
	need_node
	need_npm tests
	make_folders
	build_programs
	configure_and_make "$build" bench -- --enable-werror
	GATEHOUSE_BUILD=$build exec node tests/bench/run.mjs "$@"
}

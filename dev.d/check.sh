# Runs the parts listed in tests/parts and adds up what they say.
# shellcheck shell=bash

# A part that takes longer hangs: it counts as one that ended badly, and the rest still runs.
part_seconds_max=900

command_check() {
	local part parts=() failed_parts=()
	check_passed=0
	check_failed=0
	if [ "${1:-}" = --list ]; then
		list_parts
		return 0
	fi
	if [ $# -gt 0 ]; then
		parts=("$@")
	else
		mapfile -t parts < <(list_parts)
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
	for part in "${parts[@]}"; do
		run_part "$part" || failed_parts+=("$part")
	done
	if [ ${#failed_parts[@]} -gt 0 ]; then
		say "Failed: ${failed_parts[*]} (what they said: var/check/)"
	fi
	say "$check_passed passed, $check_failed failed"
	[ "$check_failed" -eq 0 ]
}

list_parts() {
	sed -n 's/^\([a-z][a-z_-]*\) .*/\1/p' tests/parts
}

part_command() {
	local name command
	while read -r name command; do
		if [ "$name" = "$1" ]; then
			printf '%s\n' "$command"
			return 0
		fi
	done <tests/parts
	return 1
}

# run_part NAME[/WORD]: adds to check_passed and check_failed.
run_part() {
	local part=$1 name=${1%%/*} command log status=0 passed failed begin=$SECONDS
	local words=()
	read -r -a command < <(part_command "$name")
	if [ "$name" != "$part" ]; then
		words=("${part#*/}")
	fi
	log=$var/check/$name.log.$$
	printf '%-12s' "$part"
	timeout --kill-after=30 "$part_seconds_max" "${command[@]}" "${words[@]}" >"$log" 2>&1 </dev/null || status=$?
	read -r passed failed < <(count_results "$log")
	if [ "$status" -eq 124 ] || [ "$status" -eq 137 ]; then
		failed=$((failed + 1))
		printf 'not ok - the part ends within %s s\n' "$part_seconds_max" >>"$log"
	elif [ "$failed" -eq 0 ] && { [ "$status" -ne 0 ] || [ "$passed" -eq 0 ]; }; then
		failed=1
		printf 'the part ended with %s after %s passed\n' "$status" "$passed" >>"$log"
	fi
	check_passed=$((check_passed + passed))
	check_failed=$((check_failed + failed))
	printf '%5s passed %5s failed  %4s s\n' "$passed" "$failed" "$((SECONDS - begin))"
	# Under its own name when it's whole, for two checks may run at once.
	mv "$log" "$var/check/$name.log"
	if [ "$failed" -ne 0 ]; then
		show_failures "$var/check/$name.log"
		return 1
	fi
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
	/^ *ok / { comments = "" }
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

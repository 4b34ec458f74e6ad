#!/bin/sh
# The units as they are installed: systemd knows every line of them, and each one's exposure is 2.0 or less. TAP.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
build=${GATEHOUSE_BUILD:-$root/build}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

# report RESULT NAME
report() {
	if [ "$1" -eq 0 ]; then
		echo "ok - $2"
	else
		sed 's/^/# /' "$work/out"
		echo "not ok - $2"
		status=1
	fi
}

# The program is where the build put it, for systemd looks whether it is there.
for unit in gatehouse gatehouse-jobs; do
	sed "s|=[^ ]*/gatehoused|=$build/gatehoused|" "$build/systemd/$unit.service" >"$work/$unit.service"
done
cp "$root"/systemd/*.socket "$work/"

for unit in gatehouse.service gatehouse-jobs.service gatehouse-request.socket gatehouse-password.socket; do
	systemd-analyze verify --man=no "$work/$unit" >"$work/out" 2>&1 && [ ! -s "$work/out" ]
	report $? "$unit has nothing that systemd doesn't know"
done

# A line that systemd doesn't know is found: else the three above would say nothing.
sed 's/^NoNewPrivileges/NoNewPriviliges/' "$work/gatehouse.service" >"$work/wrong.service"
systemd-analyze verify --man=no "$work/wrong.service" >"$work/out" 2>&1
grep -q NoNewPriviliges "$work/out"
report $? "a misspelt line is noticed"

exposure() {
	systemd-analyze security --no-pager --offline=yes "$1" 2>/dev/null |
		sed -n 's/.*exposure level for [^:]*: \([0-9]*\)\.\([0-9]\).*/\1\2/p'
}
for unit in gatehouse.service gatehouse-jobs.service; do
	value=$(exposure "$work/$unit")
	echo "exposure ${value:-unknown} tenths" >"$work/out"
	[ -n "$value" ] && [ "$value" -le 20 ]
	report $? "$unit is exposed at most 2.0"
done
printf '[Service]\nExecStart=%s\n' "$build/gatehoused" >"$work/bare.service"
value=$(exposure "$work/bare.service")
echo "exposure ${value:-unknown} tenths" >"$work/out"
[ -n "$value" ] && [ "$value" -gt 20 ]
report $? "a unit without a sandbox is exposed more than that"

if command -v systemd-sysusers >/dev/null; then
	mkdir -p "$work/root/etc"
	systemd-sysusers --root="$work/root" "$root/systemd/sysusers.d/gatehouse.conf" >"$work/out" 2>&1 &&
		grep -q '^gatehouse:' "$work/root/etc/passwd"
	report $? "sysusers makes the account"
fi
exit $status

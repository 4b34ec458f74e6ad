#!/bin/sh
# `make install DESTDIR=` puts everything where Debian wants it, and what it puts there works together. TAP.
set -u
root=$(cd "$(dirname "$0")/../.." && pwd)
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

mkdir "$work/build"
(cd "$work/build" && "$root/configure" -q --prefix=/usr --sysconfdir=/etc --localstatedir=/var &&
	make -s -j2 && make -s install DESTDIR="$work/to") >"$work/out" 2>&1
report $? "make install DESTDIR= succeeds"

for file in usr/sbin/gatehoused usr/bin/gatehousectl etc/gatehouse/gatehouse.conf.example \
	etc/nginx/sites-available/gatehouse.conf etc/nginx/snippets/protect-with-gatehouse.conf \
	usr/lib/systemd/system/gatehouse.service usr/lib/systemd/system/gatehouse-request.socket \
	usr/lib/systemd/system/gatehouse-password.socket usr/lib/systemd/system/gatehouse-jobs.service \
	usr/lib/sysusers.d/gatehouse.conf usr/lib/tmpfiles.d/gatehouse.conf \
	usr/share/man/man1/gatehousectl.1 usr/share/man/man5/gatehouse.conf.5 usr/share/man/man8/gatehoused.8 \
	etc/fail2ban/filter.d/gatehouse.conf etc/fail2ban/jail.d/gatehouse.conf etc/logrotate.d/gatehouse \
	usr/share/gatehouse/dashboard/dashboard/index.html usr/share/gatehouse/dashboard/hosted/sign-in.html; do
	: >"$work/out"
	[ -s "$work/to/$file" ]
	report $? "$file is installed"
done

grep -rn '@[A-Z_a-z]*@' "$work/to/etc/nginx" "$work/to/usr/lib/systemd" >"$work/out"
[ ! -s "$work/out" ]
report $? "no place is left unfilled"

grep -q '^ExecStart=/usr/sbin/gatehoused --config /etc/gatehouse/gatehouse.conf$' "$work/to/usr/lib/systemd/system/gatehouse.service"
report $? "the unit starts the installed program with the installed configuration"

make -s -C "$work/build" uninstall DESTDIR="$work/to" >/dev/null 2>&1
find "$work/to" -type f >"$work/out"
[ ! -s "$work/out" ]
report $? "make uninstall leaves no file"
exit $status

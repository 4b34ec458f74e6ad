#!/bin/bash
# The Debian package on machines that have nothing: built on one (its build dependencies are complete, lintian has nothing to say), then on
# another installed, set up by its README's own lines, used, upgraded, removed and purged. Needs root, debootstrap and some minutes; it isn't
# part of ./dev check. Both machines are a Debian 12 in a folder, the second with a network of its own that is itself alone, and systemctl
# (beside this file) in place of systemd.
# Build everything first: ./dev build. PACKAGE_MIRROR names a Debian mirror, PACKAGE_KEEP=1 leaves the folder.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/../.." && pwd)
build=${GATEHOUSE_BUILD:-$root/build}
mirror=${PACKAGE_MIRROR:-http://deb.debian.org/debian}
passed=0
network=

[ "$(id -u)" -eq 0 ] || { echo "tests/package/run.sh needs root, for debootstrap and chroot: nothing was tested" >&2; exit 2; }
command -v debootstrap >/dev/null || { echo "tests/package/run.sh needs debootstrap: nothing was tested" >&2; exit 2; }

work=$(mktemp -d /var/tmp/gatehouse-package.XXXXXX)
chmod 0755 "$work"

finish() {
	local status=$? machine process
	[ -z "$network" ] || { kill -KILL "$network"; wait "$network" 2>/dev/null || true; }
	for machine in "$work/base" "$work/builder" "$work/server"; do
		for process in /proc/[0-9]*; do
			if [ "$(readlink "$process/root" || true)" = "$machine" ]; then
				kill -KILL "${process#/proc/}" || true
			fi
		done
		mountpoint -q "$machine/proc" && umount -l "$machine/proc"
		mountpoint -q "$machine/dev" && umount -l "$machine/dev"
	done
	[ "$status" -eq 0 ] || echo "not ok $((passed + 1)) - ${doing:-}"
	if [ -z "${PACKAGE_KEEP:-}" ]; then
		rm -rf --one-file-system "$work"
	else
		echo "# kept: $work"
	fi
	[ "$status" -ne 0 ] || echo "1..$passed"
}
trap finish EXIT
set -E
trap 'echo "# line $LINENO: ${BASH_COMMAND%%$'"'\\n'"'*}"' ERR

# doing WHAT: said to have failed when the script ends before ok.
doing() {
	doing=$1
}
ok() {
	passed=$((passed + 1))
	echo "ok $passed - $doing"
}
fail() {
	printf '# %s\n' "$*"
	exit 1
}

# on MACHINE COMMAND
on() {
	local inside=()
	[ -z "$network" ] || [ "$1" != server ] || inside=(nsenter --net="/proc/$network/ns/net")
	"${inside[@]}" chroot "$work/$1" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 \
		DEBIAN_FRONTEND=noninteractive DEB_BUILD_OPTIONS=parallel=2 /bin/bash -o pipefail -c "$2"
}
quietly() {
	on "$@" >"$work/out" 2>&1 || { tail -n 40 "$work/out" | sed 's/^/# /'; return 1; }
}
start_machine() {
	cp -a "$work/base" "$work/$1"
	mount -t proc proc "$work/$1/proc"
	mount --rbind /dev "$work/$1/dev" && mount --make-rslave "$work/$1/dev"
}
wait_for() {
	local i
	for ((i = 0; i < 100; i++)); do
		if "$@"; then return 0; fi
		sleep 0.2
	done
	return 1
}
processes() {
	on server 'pgrep -u gatehouse -c' || true
}

# ---- a Debian 12, twice

debootstrap --variant=minbase --include=ca-certificates,procps bookworm "$work/base" "$mirror" >"$work/out" 2>&1 || { tail "$work/out"; exit 1; }
printf 'deb %s bookworm main\ndeb %s bookworm-updates main\n' "$mirror" "$mirror" >"$work/base/etc/apt/sources.list"
printf 'deb %s bookworm-security main\n' "${mirror%/debian}/debian-security" >>"$work/base/etc/apt/sources.list"
sed 's/^deb /deb-src /' "$work/base/etc/apt/sources.list" >"$work/base/etc/apt/sources.list.d/sources.list"
printf '127.0.0.1 localhost gatehouse.example.com auth.gatehouse.example.com\n' >"$work/base/etc/hosts"
cp /etc/resolv.conf "$work/base/etc/resolv.conf"
# Where this machine reaches the network through a proxy with a certificate of its own, the new ones have to trust that too.
cp -r /usr/local/share/ca-certificates "$work/base/usr/local/share/"
cp /etc/ssl/certs/ca-certificates.crt "$work/base/etc/ssl/certs/ca-certificates.crt"
# Whatever a package would start is written down and refused.
printf '#!/bin/sh\necho "$*" >>/var/tmp/policy.log\nexit 101\n' >"$work/base/usr/sbin/policy-rc.d"
chmod 0755 "$work/base/usr/sbin/policy-rc.d"
quietly base 'apt-get update -q'
start_machine builder
start_machine server

# ---- build

version=$(sed -n 's/^AC_INIT(\[gatehouse\], \[\(.*\)\])$/\1/p' "$root/configure.ac")
make -s -C "$build" dist >"$work/out" 2>&1 || { tail "$work/out"; exit 1; }
mkdir "$work/builder/srv/build"
cp "$build/gatehouse-$version.tar.xz" "$root/packaging/build" "$work/builder/srv/build/"
cp -R "$root/dashboard/dist" "$work/builder/srv/build/pages"

doing "the package builds with the packages that it names, as a user without rights, and its unit tests pass"
quietly builder "apt-get install -qy --no-install-recommends build-essential fakeroot lintian && useradd --create-home builder &&
	cd /srv/build && tar -xJf gatehouse-$version.tar.xz && cp -R gatehouse-$version/packaging/debian gatehouse-$version/debian &&
	apt-get build-dep -qy --no-install-recommends ./gatehouse-$version && rm -r gatehouse-$version && chown -R builder: /srv/build"
quietly builder "cd /srv/build && runuser -u builder -- ./build /srv/build/out gatehouse-$version.tar.xz pages"
grep -q '^# FAIL:  0$' "$work/out" || fail "the unit tests weren't run"
ok

doing "lintian has nothing to say, but what is overridden with a reason"
quietly builder 'cd /srv/build/out && runuser -u builder -- lintian --fail-on error,warning *.changes'
ok

deb=$(basename "$work"/builder/srv/build/out/gatehouse_*.deb)
mkdir "$work/server/srv/test"
cp "$work/builder/srv/build/out/$deb" "$here/hold-sockets" "$work/server/srv/test/"

# The same package under a lower number, with two files of configuration that were otherwise then.
on builder "cd /srv/build && dpkg-deb -R out/$deb old && sed -i 's/^Version: .*/Version: 0.0.1-1/' old/DEBIAN/control &&
	echo '# of 0.0.1' >>old/etc/nginx/sites-available/gatehouse.conf && echo '# of 0.0.1' >>old/etc/logrotate.d/gatehouse &&
	dpkg-deb --root-owner-group -b old /srv/build/gatehouse_0.0.1-1.deb >/dev/null"
cp "$work/builder/srv/build/gatehouse_0.0.1-1.deb" "$work/server/srv/test/"

# ---- install

doing "it installs with its dependencies, makes its account and folders, and starts nothing"
quietly server 'apt-get install -qy --no-install-recommends mariadb-server curl logrotate openssl systemd &&
	dpkg-divert --local --rename --divert /bin/systemctl.real --add /bin/systemctl'
cp "$here/systemctl" "$work/server/bin/systemctl"
on server 'find / -xdev -path /proc -prune -o -path /srv -prune -o -print | sort' >"$work/files.before"
mkdir -p "$work/server/run/systemd/system"
quietly server 'apt-get install -qy --no-install-recommends /srv/test/gatehouse_0.0.1-1.deb'
grep -q 'README.Debian' "$work/out" || fail "it doesn't say what is to be done"
! grep -q gatehouse "$work/server/var/tmp/policy.log" || fail "it wanted to start: $(cat "$work/server/var/tmp/policy.log")"
! grep -qE '^(--[a-z]+ )*(start|restart|enable) .*gatehouse' "$work/server/var/tmp/systemctl.log" || fail "it started something"
[ "$(processes)" = 0 ] || fail "something runs"
[ "$(on server 'stat -c %U:%G:%a /run/gatehouse /var/lib/gatehouse /var/log/gatehouse' | tr '\n' ' ')" = \
	'gatehouse:www-data:750 gatehouse:gatehouse:750 root:adm:755 ' ] || fail "the folders aren't what they should be"
[ -z "$(on server 'find /etc/systemd -name "gatehouse*"')" ] || fail "a unit is enabled"
ok
rm "$work/server/usr/sbin/policy-rc.d"
unshare --net sleep infinity &
network=$!
# Not before it is a network of its own: until then the link that goes up is this computer's.
own_network_is_up() {
	[ "$(readlink "/proc/$network/ns/net")" != "$(readlink /proc/self/ns/net)" ] && nsenter --net="/proc/$network/ns/net" ip link set lo up
}
wait_for own_network_is_up || fail "no network of its own"

# ---- set up, by what the README says

# step FIRST-WORDS: the lines of one step that are indented as commands.
step() {
	on server 'cat /usr/share/doc/gatehouse/README.Debian' | awk -v step="$1" '/^[0-9]\. / { in_step = ($1 == step) } in_step && /^     / { print substr($0, 6) }'
}

doing "the README's lines make the database, the configuration, the key and the tables"
on server 'mkdir -p /run/mysqld && chown mysql: /run/mysqld && (setsid mariadbd --user=mysql >/var/tmp/mariadb.log 2>&1 </dev/null &)'
wait_for on server 'mariadb-admin --silent ping >/dev/null 2>&1' || fail "MariaDB doesn't start"
step 1. >"$work/server/srv/test/readme"
step 2. >>"$work/server/srv/test/readme"
cat >>"$work/server/srv/test/readme" <<'END'
	sed -i -e 's|https://id.example.com|https://gatehouse.example.com|' -e 's|https://auth.example.com|https://auth.gatehouse.example.com|' \
		-e 's|transport = "smtp"|transport = "file"|' gatehouse.conf
END
step 3. >>"$work/server/srv/test/readme"
quietly server 'set -e; . /srv/test/readme'
grep -q 'https://gatehouse.example.com/setup' "$work/out" || fail "no link for the first owner: $(cat "$work/out")"
ok

doing "the README's last lines start it behind nginx, and doctor finds no fault"
on server 'openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=gatehouse.example.com \
	-addext "subjectAltName=DNS:gatehouse.example.com,DNS:auth.gatehouse.example.com" -keyout /etc/gatehouse/tls.key -out /etc/gatehouse/tls.pem 2>/dev/null &&
	cp /etc/gatehouse/tls.pem /usr/local/share/ca-certificates/test.crt && update-ca-certificates >/dev/null 2>&1'
on server 'rm -f /etc/nginx/sites-enabled/default && systemctl start nginx'
# A reload that comes before the master waits for signals is lost. Its own workers: every machine's processes are seen here.
wait_for on server '[ -s /run/nginx.pid ] && pgrep -P "$(cat /run/nginx.pid)" nginx >/dev/null' || fail "nginx doesn't start"
step 4. | grep -v doctor >"$work/server/srv/test/readme"
quietly server 'set -e; . /srv/test/readme'
ask='curl -sS'
wait_for on server "$ask -f -o /dev/null https://gatehouse.example.com/readyz 2>/dev/null" || fail "it doesn't get ready: $(on server "$ask https://gatehouse.example.com/readyz" 2>&1 || true; tail -n 5 "$work/server/var/log/nginx/error.log" "$work/server/var/tmp/gatehoused.log")"
on server 'gatehousectl doctor' >"$work/out" || true
grep -q '^ok  *nginx' "$work/out" || fail "$(cat "$work/out")"
! grep '^failed' "$work/out" || fail "doctor found a fault"
ok

doing "an owner, a key and a project are made; the pages are served"
quietly server 'cd /etc/gatehouse && printf "a fresh passphrase 7\n" | gatehousectl setup --owner-email owner@example.com --owner-password-stdin &&
	gatehousectl --json key create --org operator --name test >/srv/test/key.json'
key=$(grep -o 'gsk_live_[A-Za-z0-9]\{38\}' "$work/server/srv/test/key.json")
ask="$ask -H 'Authorization: Bearer $key' -H 'Content-Type: application/json'"
on server "$ask -f -d '{\"name\":\"Kept\",\"environment\":\"live\"}' https://gatehouse.example.com/api/v1/projects" | grep -q '"name":"Kept"'
on server "$ask -f https://gatehouse.example.com/dashboard/" | grep -q 'id="root"'
on server "$ask -f https://gatehouse.example.com/sign-in" | grep -qi '<!doctype html>'
[ "$(processes)" -gt 2 ] || fail "no workers"
ok

doing "logrotate turns nginx's log over, and nginx's own workers go on in the new one"
on server 'logrotate --force /etc/logrotate.d/gatehouse'
on server "$ask -f -o /dev/null https://gatehouse.example.com/api/v1/whoami"
wait_for on server 'grep -q whoami /var/log/gatehouse/access.log' || fail "$(on server 'ls -l /var/log/gatehouse; tail -n 3 /var/log/nginx/error.log')"
on server '[ "$(stat -c %U:%G:%a /var/log/gatehouse/access.log.1)" = www-data:adm:640 ] && [ -s /var/log/gatehouse/access.log.1 ] && [ "$(stat -c %U:%G:%a /var/log/gatehouse/access.log)" = www-data:adm:640 ]'
ok

# ---- upgrade

doing "an upgrade keeps data and edited configuration, replaces the workers, and no request fails"
echo '# the administrator was here' >>"$work/server/etc/nginx/sites-available/gatehouse.conf"
before=$(cat "$work/server/var/tmp/gatehouse.service.pid" "$work/server/var/tmp/gatehouse-jobs.service.pid")
: >"$work/server/var/tmp/systemctl.log"
on server "while [ ! -e /srv/test/enough ]; do $ask -o /dev/null -w '%{http_code}\n' https://gatehouse.example.com/api/v1/projects; done" >"$work/codes" 2>&1 &
asking=$!
quietly server "apt-get install -qy --no-install-recommends -o Dpkg::Options::=--force-confdef -o Dpkg::Options::=--force-confold /srv/test/$deb"
grep -q 'try-restart.*gatehouse' "$work/server/var/tmp/systemctl.log" || fail "nothing is restarted"
! grep -qE '(restart|stop).*gatehouse.*socket' "$work/server/var/tmp/systemctl.log" || fail "the sockets were taken away"
wait_for on server "$ask -f -o /dev/null https://gatehouse.example.com/readyz"
touch "$work/server/srv/test/enough"
wait "$asking"
[ "$before" != "$(cat "$work/server/var/tmp/gatehouse.service.pid" "$work/server/var/tmp/gatehouse-jobs.service.pid")" ]
[ -z "$(on server 'for pid in $(pgrep -u gatehouse); do readlink /proc/$pid/exe; done' | grep deleted)" ] || fail "an old program still runs"
[ "$(sort -u "$work/codes")" = 200 ] || fail "answers under the upgrade: $(sort "$work/codes" | uniq -c | tr '\n' ';')"
on server "$ask -f https://gatehouse.example.com/api/v1/projects" | grep -q '"name":"Kept"'
on server 'grep -q "administrator was here" /etc/nginx/sites-available/gatehouse.conf && ! grep -q "of 0.0.1" /etc/logrotate.d/gatehouse'
on server "dpkg-query -W -f '\${Version}' gatehouse" | grep -q "^$version-"
ok

# ---- remove and purge

doing "removing stops everything and leaves configuration and data"
quietly server 'apt-get remove -qy gatehouse'
[ "$(processes)" = 0 ] || fail "something still runs"
on server '[ ! -e /usr/sbin/gatehoused ] && [ -s /etc/gatehouse/gatehouse.conf ] && [ -s /etc/gatehouse/master.key ] && [ -d /var/lib/gatehouse ]'
on server 'mariadb -N gatehouse -e "SELECT COUNT(*) FROM projects WHERE name = \"Kept\""' | grep -qx 1
ok

doing "purging removes what came with the package, leaves database and what the administrator made, and says so"
quietly server 'apt-get purge -qy gatehouse'
grep -q 'its database is left' "$work/out" && grep -q 'what you put into /etc/gatehouse is left' "$work/out"
on server '[ -s /etc/gatehouse/master.key ] && [ ! -e /etc/gatehouse/gatehouse.conf.example ] && getent passwd gatehouse >/dev/null'
on server 'mariadb -N gatehouse -e "SELECT COUNT(*) FROM projects WHERE name = \"Kept\""' | grep -qx 1
on server 'nginx -t 2>/dev/null' || fail "nginx no longer starts"
ok

doing "once the administrator's files are gone, a purge leaves nothing but the database"
quietly server "apt-get install -qy --no-install-recommends /srv/test/$deb"
rm -r "$work/server/etc/gatehouse"
quietly server 'apt-get purge -qy gatehouse && apt-get autoremove --purge -qy'
on server 'find / -xdev -path /proc -prune -o -path /srv -prune -o -print | sort' >"$work/files.after"
left=$(comm -13 "$work/files.before" "$work/files.after" | grep -i gatehouse | grep -v -e '^/var/lib/mysql/' -e '^/var/tmp/' || true)
[ -z "$left" ] || fail "left: $left"
on server '! getent passwd gatehouse >/dev/null && ! getent group gatehouse >/dev/null'
ok

#!/bin/bash
# The README's promise on a machine that has nothing: a new Debian 12 in a folder, this repository cloned into it, ./dev up and a request,
# then ./dev check (or the parts named as arguments). Needs root, debootstrap and some minutes; it isn't part of ./dev check.
# FRESH_MIRROR names a Debian mirror, FRESH_KEEP=1 leaves the folder.
set -euo pipefail

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
mirror=${FRESH_MIRROR:-http://deb.debian.org/debian}
machine=$(mktemp -d /var/tmp/gatehouse-fresh.XXXXXX)
chmod 0755 "$machine"

finish() {
	local mounted process
	# What still runs in there, whoever started it.
	for process in /proc/[0-9]*; do
		if [ "$(readlink "$process/root" || true)" = "$machine" ]; then
			kill -KILL "${process#/proc/}" || true
		fi
	done
	for mounted in dev/shm dev proc sys; do
		mountpoint -q "$machine/$mounted" && umount -l "$machine/$mounted"
	done
	if [ -z "${FRESH_KEEP:-}" ]; then
		rm -rf --one-file-system "$machine"
	else
		echo "kept: $machine"
	fi
}

# inside FOLDER COMMAND [USER]
inside() {
	chroot "$machine" /usr/bin/env -i HOME=/root PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin TERM=dumb LANG=C.UTF-8 \
		NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt GATEHOUSE_PORT=18443 GATEHOUSE_OWNER="${GATEHOUSE_OWNER:-}" \
		${3:+runuser -u "$3" --} /bin/bash -c "cd $1 && $2"
}

say() {
	printf -- '--- %s\n' "$*"
}

[ "$(id -u)" -eq 0 ] || { echo "tests/fresh/run.sh needs root, for debootstrap and chroot" >&2; exit 2; }
trap finish EXIT

say "a new Debian 12 in $machine"
debootstrap --variant=minbase --include=ca-certificates,git bookworm "$machine" "$mirror" >/dev/null
printf 'deb %s bookworm main\ndeb %s bookworm-updates main\n' "$mirror" "$mirror" >"$machine/etc/apt/sources.list"
printf 'deb %s bookworm-security main\n' "${mirror%/debian}/debian-security" >>"$machine/etc/apt/sources.list"
printf '127.0.0.1 localhost\n::1 localhost\n' >"$machine/etc/hosts"
cp /etc/resolv.conf "$machine/etc/resolv.conf"
# Where this machine reaches the network through a proxy with a certificate of its own, the new one has to trust that too.
cp -r /usr/local/share/ca-certificates "$machine/usr/local/share/"
cp /etc/ssl/certs/ca-certificates.crt "$machine/etc/ssl/certs/ca-certificates.crt"
mount -t proc proc "$machine/proc"
mount --rbind /sys "$machine/sys" && mount --make-rslave "$machine/sys"
mount --rbind /dev "$machine/dev" && mount --make-rslave "$machine/dev"

say "the repository as it is committed"
git clone -q --no-hardlinks "$root" "$machine/srv/gatehouse"

say "a normal user without rights is told the one line"
chroot "$machine" useradd --create-home visitor
chroot "$machine" cp -r /srv/gatehouse /home/visitor/gatehouse
chroot "$machine" chown -R visitor: /home/visitor/gatehouse
if inside /home/visitor/gatehouse './dev up' visitor >"$machine/tmp/out" 2>&1; then
	echo "./dev up should have stopped" >&2
	exit 1
fi
grep -q '^  sudo apt-get install --no-install-recommends .*nginx' "$machine/tmp/out" || { cat "$machine/tmp/out"; exit 1; }

say "./dev up as root, with an owner"
GATEHOUSE_OWNER='owner@example.com:a fresh passphrase 7' inside /srv/gatehouse './dev up'
[ ! -e "$machine/usr/sbin/policy-rc.d" ] || { echo "policy-rc.d was left behind" >&2; exit 1; }
inside /srv/gatehouse 'curl -fsS --cacert var/tls/ca.pem https://localhost:18443/readyz && echo &&
	curl -fsS --cacert var/tls/ca.pem -H "Authorization: Bearer $(cat var/test.key)" https://localhost:18443/api/v1/whoami && echo'
inside /srv/gatehouse 'curl -fsS --cacert var/tls/ca.pem https://localhost:18443/dashboard/ | grep -q "id=\"root\""'

say "a second ./dev up goes on with the same data"
key=$(cat "$machine/srv/gatehouse/var/test.key")
inside /srv/gatehouse './dev down && ./dev up' >/dev/null
[ "$key" = "$(cat "$machine/srv/gatehouse/var/test.key")" ]
inside /srv/gatehouse 'curl -fsS --cacert var/tls/ca.pem -H "Authorization: Bearer $(cat var/test.key)" https://localhost:18443/api/v1/whoami >/dev/null'

say "the same as a normal user, now that the packages are there"
inside /srv/gatehouse './dev down'
inside /home/visitor/gatehouse './dev up && curl -fsS --cacert var/tls/ca.pem https://localhost:18443/readyz && ./dev down' visitor

say "./dev check $*"
inside /srv/gatehouse "./dev check $*"
say "all of it works on a fresh Debian 12"

# Starts everything in order, ends it in the other, and tells how to go on.
# shellcheck shell=bash

command_up() {
	prepare
	start_all
	print_addresses
	print_next_step
	say "It goes on in the background; ./dev down ends it."
}

command_down() {
	find_run_folder
	mkdir -p "$var/pids"
	stop_all
}

command_run() {
	prepare
	trap 'stop_all; exit 130' INT
	trap 'stop_all; exit 143' TERM HUP
	trap stop_all EXIT
	start_all
	print_addresses
	print_next_step
	say "Ctrl-C ends it."
	watch_all
}

prepare() {
	need_packages run build
	need_node
	make_folders
	find_run_folder
	build_programs
	build_pages
}

start_all() {
	start_database
	make_certificates
	write_configuration
	make_master_key
	migrate
	start_gatehouse
	start_nginx
	wait_for "https://localhost:$port/readyz" 30 gatehoused fetch /readyz
}

stop_all() {
	trap - EXIT INT TERM HUP
	stop_nginx
	stop_process gatehoused TERM 20
	stop_process jobs TERM 20
	stop_database
}

ctl() {
	"$build/gatehousectl" --config "$var/gatehouse.conf" "$@"
}

fetch() {
	curl --silent --show-error --fail --max-time 5 --cacert "$var/tls/ca.pem" "https://localhost:$port$1"
}

# Two configurations that differ in the database account: what runs can't change the schema, what migrates doesn't run.
write_configuration() {
	write_configuration_for gatehouse "$var/database-runtime.password" >"$var/gatehouse.conf"
	write_configuration_for gatehouse_migrate "$var/database-migrate.password" >"$var/migrate.conf"
}

write_configuration_for() {
	substitute dev.d/gatehouse.conf.in PORT="$port" RUN="$run" VAR="$var" DATABASE_USER="$1" DATABASE_PASSWORD_FILE="$2"
}

make_master_key() {
	if [ ! -e "$var/master.key" ]; then
		step "making the master key in var/master.key"
		"$build/gatehousectl" init-key "$var/master.key" >"$var/log/master-key.log" 2>&1 || {
			cat "$var/log/master-key.log" >&2
			fail "couldn't make the master key"
		}
	fi
}

migrate() {
	step "bringing the database's tables up to date"
	"$build/gatehousectl" --config "$var/migrate.conf" migrate >"$var/log/migrate.log" 2>&1 || {
		cat "$var/log/migrate.log" >&2
		fail "gatehousectl migrate failed"
	}
	grant_tables
}

# Started anew each time, so that what was just built is what runs; the sockets of the old ones are gone by then.
start_gatehouse() {
	step "starting the workers"
	stop_process gatehoused TERM 20
	stop_process jobs TERM 20
	start_process gatehoused "$build/gatehoused" --config "$var/gatehouse.conf"
	start_process jobs "$build/gatehoused" --config "$var/gatehouse.conf" --jobs
	wait_for "the workers' sockets" 30 gatehoused test -S "$run/request.sock" -a -S "$run/password.sock"
}

print_addresses() {
	say ""
	say "Gatehouse:  https://localhost:$port"
	say "Sign-in of projects:  https://auth.localhost:$port"
	say "Mail it sends:  var/mail/*.eml    Logs:  var/log/"
	say "Its certificates come from var/tls/ca.pem; let your browser trust that, or click through its warning once."
	say ""
}

# Set-up first; once somebody owns the installation, a key to try it with.
print_next_step() {
	local email password
	if is_set_up; then
		print_test_key
		return 0
	fi
	if [ -n "${GATEHOUSE_OWNER:-}" ]; then
		email=${GATEHOUSE_OWNER%%:*}
		password=${GATEHOUSE_OWNER#*:}
		if [ "$email" = "$GATEHOUSE_OWNER" ]; then
			fail "GATEHOUSE_OWNER is email:password"
		fi
		printf '%s\n' "$password" | ctl setup --sign-up open --owner-email "$email" --owner-password-stdin >"$var/log/setup.log" 2>&1 || {
			cat "$var/log/setup.log" >&2
			fail "couldn't make the first owner"
		}
		say "The owner is $email."
		print_test_key
		return 0
	fi
	say "Set it up (this link works once):"
	say ""
	say "  $(ctl --json setup --sign-up open | json_value .url)"
	say ""
}

# json_value EXPRESSION: of the object on standard input.
json_value() {
	node -e "
		const value = JSON.parse(require('fs').readFileSync(0, 'utf8'))$1;
		if (value === undefined || value === null) process.exit(1);
		console.log(value)"
}

is_set_up() {
	fetch /api/v1/setup | grep -q '"needed": *false'
}

# A service key for the test environment of the first organization, made once and kept in var/test.key.
print_test_key() {
	local file=$var/test.key
	if [ ! -s "$file" ]; then
		make_test_key "$file"
	fi
	say "A key to try the API with (var/test.key):"
	say ""
	say "  curl --cacert var/tls/ca.pem -H \"Authorization: Bearer $(cat "$file")\" https://localhost:$port/api/v1/whoami"
	say ""
}

make_test_key() {
	local org
	org=$(ctl --json orgs list | json_value '.data.find((org) => org.member_count > 0).slug')
	(
		umask 077
		ctl --json key create --org "$org" --environment test --name "Made by ./dev" | json_value .secret >"$1.new"
	)
	mv "$1.new" "$1"
}

# Until Ctrl-C, or until something that should run doesn't; and when set-up is done meanwhile, the key.
watch_all() {
	local name waits_for_setup=no
	is_set_up || waits_for_setup=yes
	while sleep 1; do
		for name in mariadb gatehoused jobs nginx; do
			if ! process_pid "$name" >/dev/null; then
				tail -n 15 "$var/log/$name.log" >&2
				fail "$name ended (var/log/$name.log)"
			fi
		done
		if [ $waits_for_setup = yes ] && is_set_up 2>/dev/null; then
			waits_for_setup=no
			say "It is set up."
			print_test_key
		fi
	done
}

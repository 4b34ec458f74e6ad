# An nginx of our own: the site that is shipped, with this tree's places filled in.
# shellcheck shell=bash

write_nginx_configuration() {
	local prefix=$var/nginx
	mkdir -p "$prefix/tmp"
	ln -sfn "$root/nginx/snippets" "$prefix/snippets"
	substitute dev.d/nginx.conf.in PREFIX="$prefix" >"$prefix/nginx.conf"
	substitute nginx/gatehouse.conf.in PREFIX="$prefix" PORT="127.0.0.1:$port" SOCKETS="$run" DASHBOARD="$root/dashboard/dist" \
		TLS_CERT="$var/tls/localhost.pem" TLS_KEY="$var/tls/localhost.key" \
		SERVER_NAME=localhost AUTH_SERVER_NAME=auth.localhost >"$prefix/gatehouse.conf"
}

start_nginx() {
	local program=(nginx -p "$var/nginx" -c nginx.conf -e "$var/log/nginx.log")
	write_nginx_configuration
	# nginx started by root would hand its workers to another user, who can't reach this tree or the sockets.
	if is_root; then
		program+=(-g 'user root;')
	fi
	# Two descriptors a connection; a shell often has only 1024.
	ulimit -S -n 8192 2>/dev/null || true
	stop_nginx
	"${program[@]}" -t -q || fail "nginx refuses its configuration (var/nginx)"
	step "starting nginx"
	start_process nginx "${program[@]}"
}

stop_nginx() {
	stop_process nginx QUIT 10
}

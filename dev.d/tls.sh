# A small certificate authority in ./var/tls and a certificate of it for localhost and auth.localhost.
# shellcheck shell=bash

make_certificates() {
	local tls=$var/tls
	if [ ! -s "$tls/ca.pem" ]; then
		step "making a certificate authority in var/tls"
		openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -days 3650 \
			-subj "/CN=Gatehouse development on $(uname -n | cut -c1-30)" \
			-addext 'basicConstraints=critical,CA:TRUE,pathlen:0' -addext 'keyUsage=critical,keyCertSign,cRLSign' \
			-keyout "$tls/ca.key" -out "$tls/ca.pem" 2>"$var/log/openssl.log"
	fi
	if openssl x509 -in "$tls/localhost.pem" -noout -checkend $((30 * 86400)) >/dev/null 2>&1; then
		return 0
	fi
	cat >"$tls/localhost.cnf" <<-'END'
		basicConstraints = critical, CA:FALSE
		keyUsage = critical, digitalSignature
		extendedKeyUsage = serverAuth
		subjectAltName = DNS:localhost, DNS:auth.localhost, IP:127.0.0.1, IP:::1
	END
	openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -noenc -subj /CN=localhost \
		-keyout "$tls/localhost.key" -out "$tls/localhost.csr" 2>>"$var/log/openssl.log"
	openssl x509 -req -in "$tls/localhost.csr" -CA "$tls/ca.pem" -CAkey "$tls/ca.key" -CAcreateserial -days 397 \
		-extfile "$tls/localhost.cnf" -out "$tls/localhost.pem" 2>>"$var/log/openssl.log"
	chmod 0600 "$tls"/*.key
}

# Node from 20.19 on. Debian 12's own is 18, and an npm install run by that silently leaves out native parts; so its npm only
# fetches a newer Node from the registry into ./var/node, and everything else runs with that.
# shellcheck shell=bash

node_version=24.21.0
node_npm_version=11.19.1

node_is_new_enough() {
	"$1" -e 'const [a, b] = process.versions.node.split("."); process.exit(a > 20 || (a == 20 && b >= 19) ? 0 : 1)' 2>/dev/null
}

# Debian's packages, where there is neither a good Node nor one of our own.
node_packages() {
	if node_is_new_enough node && command -v npm >/dev/null; then
		return 0
	fi
	if [ ! -x "$var/node/bin/node" ]; then
		printf 'nodejs\nnpm\n'
	fi
}

need_node() {
	if node_is_new_enough node && command -v npm >/dev/null; then
		return 0
	fi
	if [ ! -x "$var/node/bin/node" ]; then
		fetch_node
	fi
	PATH=$var/node/bin:$PATH
	node_is_new_enough node || fail "var/node holds no Node from 20.19 on; remove it and try again"
}

fetch_node() {
	local machine package folder=$var/node.new
	case $(uname -m) in
	x86_64) machine=x64 ;;
	aarch64) machine=arm64 ;;
	*) fail "there is no ready Node for $(uname -m); install one from 20.19 on" ;;
	esac
	package=node-linux-$machine
	step "fetching Node $node_version into var/node"
	rm -rf "$folder"
	mkdir -p "$folder/bin" "$var/log"
	npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts \
		"$package@$node_version" "npm@$node_npm_version" >"$var/log/node.log" 2>&1 || {
		tail -n 15 "$var/log/node.log" >&2
		fail "couldn't fetch Node (var/log/node.log)"
	}
	ln -s "../node_modules/$package/bin/node" "$folder/bin/node"
	ln -s ../node_modules/npm/bin/npm-cli.js "$folder/bin/npm"
	ln -s ../node_modules/npm/bin/npx-cli.js "$folder/bin/npx"
	rm -rf "$var/node"
	mv "$folder" "$var/node"
}

// The site as `make install` leaves it, in a whole nginx: nginx -t has nothing against it.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { makeCertificates } from "../harness/tls.mjs";
import { BUILD, ROOT, makeFolder } from "../harness/workplace.mjs";

async function tryConfiguration(change = (text) => text) {
	const folder = makeFolder("i");
	const { cert, key } = await makeCertificates(folder);
	fs.symlinkSync(path.join(ROOT, "nginx/snippets"), path.join(folder, "snippets"));
	const place = (text) => change(text).replace(/ssl_certificate [^;]*;/g, `ssl_certificate ${cert};`).replace(/ssl_certificate_key [^;]*;/g, `ssl_certificate_key ${key};`)
		.replace(/include [^;]*\/snippets\//g, "include snippets/").replaceAll("/var/log/gatehouse/", `${folder}/`).replace(/listen (80|443)/g, "listen 127.0.0.1:1$1");
	// Read as Debian's nginx.conf reads it: in the order of the names.
	fs.mkdirSync(path.join(folder, "sites-enabled"));
	fs.writeFileSync(path.join(folder, "sites-enabled/gatehouse.conf"), place(fs.readFileSync(path.join(BUILD, "nginx/gatehouse.conf"), "utf8")));
	fs.writeFileSync(path.join(folder, "sites-enabled/gatehouse.http.conf"), place(fs.readFileSync(path.join(ROOT, "nginx/gatehouse.http.conf"), "utf8")));
	fs.writeFileSync(path.join(folder, "nginx.conf"), `
pid ${folder}/nginx.pid;
events {}
http {
	${["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map((name) => `${name}_temp_path ${folder}/${name};`).join("\n\t")}
	include sites-enabled/*;
	server {
		listen 127.0.0.1:18080;
		set $gatehouse_client proj_0123456789abcdefghijklmn;
		include snippets/protect-with-gatehouse.conf;
		location ~ \\.php$ { include snippets/gatehouse-identity.conf; fastcgi_pass unix:${folder}/php.sock; }
	}
}
`);
	const { status, stderr } = spawnSync("nginx", ["-t", "-p", folder, "-c", path.join(folder, "nginx.conf"), "-e", path.join(folder, "error.log")], { encoding: "utf8" });
	return { status, stderr };
}

test("the installed site, port 80 and a protected site pass nginx -t without a warning", async () => {
	const { status, stderr } = await tryConfiguration();
	assert.equal(status, 0, stderr);
	assert.doesNotMatch(stderr.replace(/.*"user" directive.*/g, ""), /warn|emerg/);
});

test("a misspelt directive doesn't", async () => {
	const { status, stderr } = await tryConfiguration((text) => text.replace("server_name", "server_nam"));
	assert.equal(status, 1);
	assert.match(stderr, /unknown directive "server_nam"/);
});

test("no place is left unfilled", () => {
	assert.doesNotMatch(fs.readFileSync(path.join(BUILD, "nginx/gatehouse.conf"), "utf8").replace(/^#.*/gm, ""), /@[A-Z_]+@/);
});

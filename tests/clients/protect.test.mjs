// A PHP site and a static site behind nginx with the snippet: who has no good credential never sees a page, and nobody brings his own name.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Client, expectStatus, person, sharedBasis, startGatehouse, until } from "../harness/index.mjs";
import { children } from "../harness/server.mjs";
import { freePort, makeFolder, start, stop } from "../harness/workplace.mjs";

const SITE = "site.localhost";
const pages = makeFolder("w");
fs.mkdirSync(path.join(pages, "public"));
fs.writeFileSync(path.join(pages, "index.html"), "the static page\n");
fs.writeFileSync(path.join(pages, "public/index.html"), "everybody's page\n");
fs.writeFileSync(path.join(pages, "who.php"), `<?php
header("Content-Type: application/json");
$seen = [];
foreach ($_SERVER as $name => $value)
	if (str_starts_with($name, "HTTP_X_GATEHOUSE_"))
		$seen[substr($name, 17)] = $value;
echo json_encode($seen);
`);

const phpPort = await freePort();
const php = start("php", ["-S", `127.0.0.1:${phpPort}`, "-t", pages], { log: path.join(pages, "php.log") });

// The project's client id is known only once the server runs, so nginx learns it from a file that is written then.
const clientFile = path.join(pages, "client.conf");
fs.writeFileSync(clientFile, "set $gatehouse_client proj_000000000000000000000000;\n");

const server = await startGatehouse({ basis: await sharedBasis(), nginx: { extra: ({ port, folder, basis }) => `
	server {
		listen 127.0.0.1:${port} ssl;
		server_name ${SITE};
		ssl_certificate ${basis.tls.cert};
		ssl_certificate_key ${basis.tls.key};
		root ${pages};
		include ${clientFile};
		include ${folder}/snippets/protect-with-gatehouse.conf;
		location ~ \\.php$ {
			include ${folder}/snippets/gatehouse-identity.conf;
			proxy_pass http://127.0.0.1:${phpPort};
		}
		location /public/ {
			auth_request off;
		}
	}` } });
after(async () => {
	await server.stop();
	await stop(php);
});

const owner = await person(server, { name: "Zoë Ünsal" });
const project = owner.org.defaultProject;
fs.writeFileSync(clientFile, `set $gatehouse_client ${project.clientId};\n`);
const before = children(server.nginx.pid);
server.nginx.kill("SIGHUP");

const visit = (bearer, target, options) => new Client(server, { site: SITE, bearer, check: false }).get(target, options);
const key = await owner.org.key({ scopes: ["event.read", "project.read"] });
// The old worker process answers beside the new one until it has ended.
await until("nginx has read its configuration again", () => !children(server.nginx.pid).some((pid) => before.includes(pid)));

test("the static page: 401 without a credential or with a bad one, 200 with a key or token of the project", async () => {
	for (const bearer of [undefined, "nonsense", (await (await person(server)).org.key()).secret]) {
		const answer = await visit(bearer, "/index.html");
		assert.equal(answer.status, 401);
		assert.ok(!answer.text.includes("static page"));
		assert.ok(answer.headers["www-authenticate"]);
	}
	for (const bearer of [key.secret, (await owner.token()).secret]) {
		const answer = await visit(bearer, "/index.html");
		expectStatus(answer, 200);
		assert.equal(answer.text, "the static page\n");
	}
});

test("a location that everybody may see stays open", async () => {
	assert.equal((await visit(undefined, "/public/index.html")).text, "everybody's page\n");
});

test("T-42 PHP reads who it is, and a visitor's own headers are overwritten, every one", async () => {
	const smuggled = Object.fromEntries(["Kind", "Project", "Credential", "Client", "User", "Email", "Name", "Roles", "Scope", "Workspace", "Plan", "Error", "Sign-In"].map((name) => [`X-Gatehouse-${name}`, "smuggled"]));
	const seen = JSON.parse((await visit(key.secret, "/who.php", { headers: smuggled })).text);
	assert.equal(seen.KIND, "api_key");
	assert.equal(seen.PROJECT, project.id);
	assert.equal(seen.CREDENTIAL, key.id);
	assert.equal(seen.SCOPE, "event.read project.read");
	assert.ok(!JSON.stringify(seen).includes("smuggled"), JSON.stringify(seen));
	const token = await owner.token();
	const person_ = JSON.parse((await visit(token.secret, "/who.php", { headers: smuggled })).text);
	assert.equal(person_.USER, owner.id);
	assert.equal(decodeURIComponent(person_.NAME), "Zoë Ünsal");
	assert.ok(!JSON.stringify(person_).includes("smuggled"));
	assert.equal((await visit(undefined, "/who.php", { headers: smuggled })).status, 401);
});

test("a visitor can't choose another project, organization or method for the check", async () => {
	const extra = await owner.org.project();
	const pinned = await owner.org.key({ project: extra });
	for (const headers of [{}, { "X-Project-Id": extra.id }, { "X-Org-Id": owner.org.id }, { "X-HTTP-Method-Override": "POST" }])
		assert.equal((await visit(pinned.secret, "/index.html", { headers })).status, 401);
	assert.equal((await visit(key.secret, `/index.html?client_id=${extra.clientId}`)).status, 200);
});

test("T-27 a revoked key is out at once", async () => {
	const mine = await owner.org.key();
	assert.equal((await visit(mine.secret, "/index.html")).status, 200);
	expectStatus(await (await owner.session()).delete(`/api/v1/api_keys/${mine.id}`), 204);
	assert.equal((await visit(mine.secret, "/index.html")).status, 401);
});

test("T-41 when Gatehouse can't answer, nobody gets in", async () => {
	await server.db.stop();
	const answer = await visit(key.secret, "/index.html");
	assert.ok([403, 500].includes(answer.status), String(answer.status));
	assert.ok(!answer.text.includes("static page"));
	await server.db.start();
	await until("the page is back", async () => (await visit(key.secret, "/index.html")).status === 200);
});

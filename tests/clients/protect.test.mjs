// A PHP site and a static site behind nginx with the snippet: who has no good credential never sees a page, and nobody brings his own name.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { Client, expectStatus, moveClock, person, sharedBasis, startGatehouse, until } from "../harness/index.mjs";
import { children } from "../harness/server.mjs";
import { makeKey, makeProof } from "../api/oauth/dpop.mjs";
import { basic, decode, getTokens, makeApp, send } from "../api/oauth/oauth.mjs";
import { freePort, makeFolder, start, stop } from "../harness/workplace.mjs";

const SITE = "site.localhost";
const API = "api.localhost";
const ORDERS = "https://orders.example.com/";
const pages = makeFolder("w");
fs.mkdirSync(path.join(pages, "public"));
fs.writeFileSync(path.join(pages, "index.html"), "the static page\n");
fs.writeFileSync(path.join(pages, "public/index.html"), "everybody's page\n");
fs.mkdirSync(path.join(pages, "orders"));
fs.writeFileSync(path.join(pages, "orders/index.html"), "the orders\n");
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
const apiClientFile = path.join(pages, "api-client.conf");
for (const file of [clientFile, apiClientFile])
	fs.writeFileSync(file, "set $gatehouse_client proj_000000000000000000000000;\n");

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
	}
	server {
		listen 127.0.0.1:${port} ssl;
		server_name ${API};
		ssl_certificate ${basis.tls.cert};
		ssl_certificate_key ${basis.tls.key};
		root ${pages};
		include ${apiClientFile};
		include ${folder}/snippets/protect-with-gatehouse.conf;
		include ${folder}/snippets/tokens-with-gatehouse.conf;
		location /orders/ {
			set $gatehouse_audience ${ORDERS};
			set $gatehouse_needs orders:read%20orders:list;
		}
		location ~ \\.php$ {
			include ${folder}/snippets/gatehouse-identity.conf;
			proxy_pass http://127.0.0.1:${phpPort};
		}
	}` } });
after(async () => {
	await server.stop();
	await stop(php);
});

const owner = await person(server, { name: "Zoë Ünsal" });
const project = owner.org.defaultProject;
fs.writeFileSync(clientFile, `set $gatehouse_client ${project.clientId};\n`);
const app = await makeApp(server, { type: "hybrid", owner });
fs.writeFileSync(apiClientFile, `set $gatehouse_client ${app.clientId};\n`);
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

/** An API on another host that takes the project's access tokens. */
const call = (bearer, target = "/index.html", options) => new Client(server, { site: API, bearer, check: false }).get(target, options);
const getProgramToken = async (form = {}, by = app) => expectStatus(await send(server, by, "token", { grant_type: "client_credentials", ...form }), 200).access_token;

test("T-42 an API takes the project's access tokens: no, a broken and another project's token are 401, and so is one where tokens aren't taken", async () => {
	const token = await getProgramToken();
	assert.equal((await call(token)).text, "the static page\n");
	const other = await makeApp(server, { type: "hybrid", owner });
	for (const bearer of [undefined, `${token.slice(0, -8)}AAAAAAAA`, await getProgramToken({}, other), "eyJ.eyJ.x"]) {
		const answer = await call(bearer);
		assert.equal(answer.status, 401);
		assert.ok(answer.headers["www-authenticate"]);
		assert.ok(!answer.text.includes("static page"));
	}
	assert.equal((await visit(token, "/index.html")).status, 401, "the site without tokens-with-gatehouse.conf");
	assert.equal((await call((await owner.org.key({ environment: "test", project: { ...app, environment: "test" } })).secret)).status, 200, "keys are taken as before");
});

test("T-42 a token for something else is 401, one that lacks a scope 403", async () => {
	const headers = { "X-Project-Id": app.id };
	expectStatus(await app.session.post("/api/v1/resource_servers", { identifier: ORDERS, name: "Orders", scopes: [{ name: "orders:read" }, { name: "orders:list" }] }, { headers }), 201);
	expectStatus(await app.session.patch(`/api/v1/clients/${app.clientId}`, { audiences: [app.clientId, ORDERS] }, { headers }), 200);
	const whole = await getProgramToken({ resource: ORDERS, scope: "orders:read orders:list" });
	const lesser = await getProgramToken({ resource: ORDERS, scope: "orders:read" });
	assert.equal((await call(whole, "/orders/index.html")).text, "the orders\n");
	assert.equal((await call(lesser, "/orders/index.html")).status, 403);
	assert.equal((await call(await getProgramToken(), "/orders/index.html")).status, 401, "for the project's own client");
	assert.equal((await call(whole)).status, 401, "for the orders");
	assert.equal((await call(whole, `/orders/index.html?audience=${encodeURIComponent(app.clientId)}&scope=x`)).status, 200, "a visitor's query asks nothing");
});

test("T-42 PHP reads whose token it is, as far as its scopes go, and nobody brings his own name", async () => {
	const smuggled = Object.fromEntries(["Kind", "User", "Email", "Scope", "Client", "Roles"].map((name) => [`X-Gatehouse-${name}`, "smuggled"]));
	const who = async (token) => JSON.parse((await call(token, "/who.php", { headers: smuggled })).text);
	const program = await getProgramToken();
	const seen = await who(program);
	assert.deepEqual([seen.KIND, seen.PROJECT, seen.CLIENT, seen.CREDENTIAL, seen.SCOPE, seen.USER ?? ""], ["token", app.id, app.clientId, decode(program)[1].jti, "tool:read", ""]);
	const tokens = await getTokens(server, app, { scope: "openid email" });
	const person_ = await who(tokens.access_token);
	assert.deepEqual([person_.KIND, person_.USER, person_.EMAIL, person_.NAME ?? "", person_.ROLES ?? ""], ["token", tokens.user.id, tokens.user.email, "", ""]);
	assert.ok(!JSON.stringify([seen, person_]).includes("smuggled"));
});

test("T-42 rule 30: a revoked, an expired and a bound token are out at once, as are those of whoever signed out or was deactivated", async () => {
	const token = await getProgramToken();
	assert.equal((await call(token)).status, 200);
	expectStatus(await send(server, app, "revoke", { token }), 200);
	assert.equal((await call(token)).status, 401, "revoked");

	const key = makeKey();
	const answer = await send(server, app, "token", { grant_type: "client_credentials" }, { headers: { ...basic(app.clientId, app.secret), DPoP: makeProof(key, { url: `${app.issuer}/oauth/token` }) } });
	const bound = expectStatus(answer, 200);
	assert.equal(bound.token_type, "DPoP");
	assert.equal((await call(bound.access_token)).status, 401, "bound, as a bearer token");
	assert.equal((await call(undefined, "/index.html", { headers: { Authorization: `DPoP ${bound.access_token}` } })).status, 401, "bound, without a proof that nginx could show");

	const { user, access_token } = await getTokens(server, app);
	assert.equal((await call(access_token)).status, 200);
	await server.sql.run`UPDATE users SET status = 'inactive' WHERE id = ${user.id}`;
	assert.equal((await call(access_token)).status, 401, "deactivated");

	const last = await getProgramToken();
	assert.equal((await call(last)).status, 200);
	await server.sql.run`UPDATE projects SET status = 'deleted' WHERE id = ${app.id}`;
	assert.equal((await call(last)).status, 401, "the project is gone");
	await server.sql.run`UPDATE projects SET status = 'active' WHERE id = ${app.id}`;

	assert.equal((await call(last)).status, 200);
	moveClock(server, 3601_000);
	assert.equal((await call(last)).status, 401, "expired");
	assert.equal((await call(await getProgramToken())).status, 200);
});

test("T-41 when Gatehouse can't answer, nobody gets in", async () => {
	await server.db.stop();
	const answer = await visit(key.secret, "/index.html");
	assert.ok([403, 500].includes(answer.status), String(answer.status));
	assert.ok(!answer.text.includes("static page"));
	await server.db.start();
	await until("the page is back", async () => (await visit(key.secret, "/index.html")).status === 200);
});

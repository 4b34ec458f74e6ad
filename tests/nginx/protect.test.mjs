// A site behind protect-with-gatehouse.conf: who gets in, and that nobody can say himself who he is.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { ask, param, startEdge } from "./edge.mjs";
import { echo, startEchoWorker } from "./echo-worker.mjs";

const CLIENT = "proj_0123456789abcdefghijklmn";

/** Stands for /api/v1/auth_request: says what it was asked, and lets in "Bearer good". */
const gate = (asked) => () => (params, body) => {
	const get = (name) => params.find(([each]) => each === name)?.[1] ?? "";
	asked.push({ params, body: body.toString() });
	if (get("HTTP_AUTHORIZATION") === "Bearer good" || get("HTTP_X_AUTH_TOKEN") === "good")
		return { head: ["Status: 204 No Content", "X-Gatehouse-Kind: api_key", "X-Gatehouse-Credential: key_1", "X-Gatehouse-Scope: a b", "X-Gatehouse-User: "] };
	return get("HTTP_AUTHORIZATION") === "Bearer lesser" ? { head: ["Status: 403 Forbidden"] }
		: { head: ["Status: 401 Unauthorized", 'WWW-Authenticate: Bearer realm="gatehouse"'] };
};

const site = (edge) => {
	fs.mkdirSync(path.join(edge.folder, "www"));
	fs.writeFileSync(path.join(edge.folder, "www/page.html"), "the page\n");
	fs.writeFileSync(path.join(edge.folder, "www/open.html"), "for everybody\n");
	return `
	server {
		listen 127.0.0.1:${edge.port} ssl;
		server_name site.localhost;
		ssl_certificate ${edge.basis.tls.cert};
		ssl_certificate_key ${edge.basis.tls.key};
		root ${edge.folder}/www;
		set $gatehouse_client ${CLIENT};
		include snippets/protect-with-gatehouse.conf;
		location = /open.html { auth_request off; }
		location /php/ {
			fastcgi_param REQUEST_URI $request_uri;
			include snippets/gatehouse-identity.conf;
			fastcgi_pass unix:${edge.sockets}/php.sock;
		}
		location /proxied/ {
			include snippets/gatehouse-identity.conf;
			proxy_pass https://127.0.0.1:${edge.port}/api/v1/proxied;
			proxy_set_header Host localhost;
			proxy_ssl_name localhost;
			proxy_ssl_server_name on;
		}
	}`;
};

const at = (edge, target, options) => ask(edge, target, { host: "site.localhost", ...options });
const good = ["Authorization: Bearer good"];

test("a static site: with a credential yes, without 401, with a lesser one 403, the exempt page for all", async () => {
	const asked = [];
	const edge = await startEdge({ answer: gate(asked), extra: site });
	const replies = await Promise.all([at(edge, "/page.html", { headers: good }), at(edge, "/page.html", { headers: ["X-Auth-Token: good"] }),
		at(edge, "/page.html"), at(edge, "/page.html", { headers: ["Authorization: Bearer lesser"] }), at(edge, "/open.html")]);
	assert.deepEqual(replies.map((reply) => reply.status), [200, 200, 401, 403, 200]);
	assert.equal(replies[0].body, "the page\n");
	assert.deepEqual(replies[2].headers["www-authenticate"], ['Bearer realm="gatehouse"']);
	assert.equal((await at(edge, "/.gatehouse/check", { headers: good })).status, 404);
});

test("the question holds the project and the credential, and nothing else of the visitor's", async () => {
	const asked = [];
	const edge = await startEdge({ answer: gate(asked), extra: site });
	assert.equal((await at(edge, "/page.html", { method: "POST", headers: [...good, "X-Org-Id: org_evil", "Origin: https://evil.test", "Cookie: a=b"], body: "secret" })).status, 405);
	const [{ params, body }] = asked;
	const sent = Object.fromEntries(params);
	assert.equal(sent.REQUEST_METHOD, "GET");
	assert.equal(sent.REQUEST_URI, `/api/v1/auth_request?client_id=${CLIENT}&audience=&scope=&accept=api_key`);
	assert.equal(sent.GATEHOUSE_SITE, "main");
	assert.equal(sent.HTTP_AUTHORIZATION, "Bearer good");
	assert.deepEqual([sent.HTTP_X_ORG_ID, sent.HTTP_ORIGIN, sent.HTTP_COOKIE, body], [undefined, undefined, undefined, ""]);
});

test("PHP and proxied programs are told who it is, and a visitor's own X-Gatehouse headers are overwritten", async () => {
	const edge = await startEdge({ answer: (pool) => (params, body) => (params.some(([, value]) => value.startsWith("/api/v1/proxied")) ? echo(pool)(params, body) : gate([])(pool)(params, body)), extra: site });
	const php = await startEchoWorker(path.join(edge.sockets, "php.sock"), echo("php"));
	const forged = ["Kind", "Project", "Credential", "Client", "User", "Email", "Name", "Roles", "Scope", "Workspace", "Plan", "Error", "Sign-In"];
	const headers = [...good, ...forged.map((name) => `X-Gatehouse-${name}: forged`)];
	for (const target of ["/php/x", "/proxied/x"]) {
		const reply = await at(edge, target, { headers });
		assert.equal(reply.status, 200, `${target} ${reply.body}`);
		assert.equal(param(reply, "HTTP_X_GATEHOUSE_CREDENTIAL"), "key_1", target);
		assert.equal(param(reply, "HTTP_X_GATEHOUSE_SCOPE"), "a b", target);
		assert.deepEqual(reply.json.params.filter(([, value]) => value === "forged"), [], target);
		assert.equal((await at(edge, target)).status, 401, target);
	}
	php.close();
});

test("without Gatehouse nobody gets in", async () => {
	const edge = await startEdge({ workers: false, extra: site });
	assert.equal((await at(edge, "/page.html", { headers: good })).status, 500);
	assert.equal((await at(edge, "/open.html", { headers: good })).status, 200);
});

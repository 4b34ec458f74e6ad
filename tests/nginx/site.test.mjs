// What the shipped site lets through to the workers, what it answers itself, and what it tells its log.

import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { describe, test } from "node:test";
import { BUILD } from "../harness/workplace.mjs";
import { ask, param, raw, startEdge } from "./edge.mjs";

const edge = await startEdge();

/** nginx's own error: JSON with a request id that the header has too. */
function assertOwnError(reply, status, code) {
	assert.equal(reply.status, status, reply.body);
	assert.equal(reply.json?.error.code, code, reply.body);
	assert.match(reply.json.request_id, /^req_[0-9a-f]{16}$/);
	assert.deepEqual(reply.headers["x-request-id"], [reply.json.request_id]);
	assert.deepEqual(reply.headers["content-type"], ["application/json; charset=utf-8"]);
	assert.doesNotMatch(reply.body + JSON.stringify(reply.headers), /nginx\/|<html/);
}

const assertReached = (reply) => assert.ok(reply.status === 200 && reply.json?.params, `${reply.status} ${reply.body}`);

describe("what a worker gets", () => {
	test("exactly the parameters it believes, and the request's own headers", async () => {
		const reply = await ask(edge, "/api/v1/me?a=b%20c", { method: "POST", headers: ["Content-Type: application/json", "X-Org-Id: org_1", "Proxy: http://evil.test"], body: "{}" });
		assertReached(reply);
		const own = reply.json.params.filter(([name]) => !name.startsWith("HTTP_") && name !== "FCGI_ROLE");
		const id = param(reply, "GATEHOUSE_REQUEST_ID");
		assert.match(id, /^req_[0-9a-f]{16}$/);
		assert.deepEqual(Object.fromEntries(own), {
			REQUEST_METHOD: "POST", REQUEST_URI: "/api/v1/me?a=b%20c", CONTENT_TYPE: "application/json", CONTENT_LENGTH: "2", REMOTE_ADDR: "127.0.0.1",
			REQUEST_SCHEME: "https", GATEHOUSE_REQUEST_ID: id, GATEHOUSE_SITE: "main", GATEHOUSE_POOL: "request",
		});
		assert.equal(own.length, 9);
		assert.equal(param(reply, "HTTP_X_ORG_ID"), "org_1");
		assert.equal(param(reply, "HTTP_PROXY") ?? "", "");
		assert.equal(reply.json.body, "{}");
		assert.deepEqual(reply.headers["x-request-id"], [id]);
	});

	test("the address as it was sent, not as nginx understands it", async () => {
		for (const target of ["/api/v1/a%2Fb", "/api/v1/%2e%2e/v1/x", "/api//v1///x", "/api/v1/../v1/x", "/api/v1/x;y"])
			assert.equal(param(await raw(edge, `GET ${target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`), "REQUEST_URI"), target);
	});

	test("a header with an underscore never arrives, the same one with hyphens does (HT-06)", async () => {
		const reply = await ask(edge, "/api/v1/me", { headers: ["X_Project_Id: prj_1", "X-Org.Id: org_1", "X-Auth-Token: yes"] });
		assert.equal(param(reply, "HTTP_X_PROJECT_ID"), undefined);
		assert.deepEqual(reply.json.params.filter(([name]) => name.startsWith("HTTP_X_")), [["HTTP_X_AUTH_TOKEN", "yes"]]);
		const hyphens = await ask(edge, "/api/v1/me", { headers: ["X-Project-Id: prj_1"] });
		assert.equal(param(hyphens, "HTTP_X_PROJECT_ID"), "prj_1");
	});

	test("which host it was: main or auth", async () => {
		assert.equal(param(await ask(edge, "/api/v1/me"), "GATEHOUSE_SITE"), "main");
		assert.equal(param(await ask(edge, "/api/v1/me", { host: "auth.localhost" }), "GATEHOUSE_SITE"), "auth");
		assert.equal(param(await ask(edge, "/p/proj_0123456789abcdefghijklmn/oauth/token", { host: "auth.localhost" }), "GATEHOUSE_SITE"), "auth");
		assertOwnError(await ask(edge, "/p/proj_0123456789abcdefghijklmn/oauth/token"), 404, "not_found");
	});

	test("a parameter of ours can't be sent as a header", async () => {
		const reply = await ask(edge, "/api/v1/me", { headers: ["Gatehouse-Site: auth", "Remote-Addr: 9.9.9.9", "X-Forwarded-For: 9.9.9.9"] });
		assert.equal(param(reply, "GATEHOUSE_SITE"), "main");
		assert.equal(param(reply, "REMOTE_ADDR"), "127.0.0.1");
	});

	test("/.well-known/ is never a page", async () => {
		for (const host of ["localhost", "auth.localhost"])
			assertReached(await ask(edge, "/.well-known/openid-configuration", { host }));
	});
});

describe("which pool", () => {
	const readRoutes = () => JSON.parse(execFileSync(path.join(BUILD, "gatehoused"), ["--describe"], { maxBuffer: 1 << 26 })).routes;
	const example = (route) => route.path.replace("{flow_id}", "flw_0123456789abcdef").replace("/users/{id}", "/users/usr_0123456789abcdef").replace(/\{[a-z_]+\}/g, "x");

	test("each route of the password pool goes there, and no other route of the same path or prefix does", async () => {
		const routes = readRoutes();
		const ofPassword = routes.filter((route) => route.pool === "password");
		assert.ok(ofPassword.length >= 3, "there are routes that hash");
		for (const route of routes.filter((each) => each.path.startsWith("/api/"))) {
			const reply = await ask(edge, example(route), { method: route.method });
			assertReached(reply);
			assert.equal(reply.json.pool, route.pool, `${route.method} ${route.path}`);
			assert.equal(param(reply, "GATEHOUSE_POOL"), route.pool);
		}
	});

	test("an encoded letter lands in the other pool, which is told so", async () => {
		const reply = await ask(edge, "/api/v1/account/p%61ssword", { method: "POST", body: "{}" });
		assert.equal(param(reply, "REQUEST_URI"), "/api/v1/account/p%61ssword");
		assert.equal(param(reply, "GATEHOUSE_POOL"), reply.json.pool);
	});

	test("one address that hurries on the password pool is held up, the other pool isn't", async () => {
		const statuses = await Promise.all(Array.from({ length: 60 }, () => ask(edge, "/api/v1/account/password", { method: "POST", body: "{}" })));
		const refused = statuses.filter((reply) => reply.status === 429);
		assert.ok(refused.length > 0 && refused.length < 60, `${refused.length} of 60 refused`);
		assertOwnError(refused[0], 429, "rate_limited");
		assert.deepEqual(refused[0].headers["retry-after"], ["1"]);
		const others = await Promise.all(Array.from({ length: 60 }, () => ask(edge, "/api/v1/me", { method: "POST", body: "{}" })));
		assert.ok(others.every((reply) => reply.status === 200));
	});
});

describe("what never reaches a worker", () => {
	test("another host's name, also in an absolute address (HT-02)", async () => {
		assertOwnError(await ask(edge, "/api/v1/me", { host: "evil.test" }), 421, "misdirected_request");
		assertOwnError(await raw(edge, "GET http://evil.test/api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"), 421, "misdirected_request");
		assertOwnError(await raw(edge, "GET /api/v1/me HTTP/1.1\r\nHost: localhost:1.evil.test\r\nConnection: close\r\n\r\n"), 421, "misdirected_request");
		assertReached(await raw(edge, "GET /api/v1/me HTTP/1.1\r\nHost: localhost:8443\r\nConnection: close\r\n\r\n"));
		assertReached(await raw(edge, "GET http://localhost/api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"));
	});

	test("a request without a host (HT-03)", async () => {
		assert.ok([0, 400].includes((await raw(edge, "GET /api/v1/me HTTP/1.0\r\n\r\n")).status));
		assertOwnError(await raw(edge, "GET /api/v1/me HTTP/1.1\r\nConnection: close\r\n\r\n"), 400, "invalid_request");
		assertReached(await raw(edge, "GET /api/v1/me HTTP/1.0\r\nHost: localhost\r\n\r\n"));
	});

	test("doubled or wrong lengths (HT-01), and octets that a header can't have", async () => {
		const send = (headers, body = "abc") => raw(edge, `POST /api/v1/me HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n${headers}\r\n${body}`);
		for (const headers of ["Content-Length: 3\r\nTransfer-Encoding: chunked\r\n", "Content-Length: 3\r\nContent-Length: 3\r\n", "Content-Length: -1\r\n", "Content-Length: +3\r\n",
			"Content-Length: 3\r\nX-A : b\r\n", "Content-Length: 3\r\nX-A: b\0c\r\n", "Content-Length: 3\r\nHost: localhost\r\n"])
			assertOwnError(await send(headers), 400, "invalid_request");
		assertReached(await send("Content-Length: 3\r\n"));
	});

	test("an address that can't be one", async () => {
		for (const target of ["/api/%00", "/api/%zz", "/../../x"])
			assertOwnError(await ask(edge, target), 400, "invalid_request");
		assertOwnError(await ask(edge, `/api/${"a".repeat(9000)}`), 414, "uri_too_long");
		assertReached(await ask(edge, `/api/${"a".repeat(7000)}`));
	});

	test("TRACE, and a body or header that is too large", async () => {
		assertOwnError(await ask(edge, "/api/v1/me", { method: "TRACE" }), 405, "method_not_allowed");
		assertOwnError(await ask(edge, "/api/v1/me", { method: "POST", body: "x".repeat(65537) }), 413, "body_too_large");
		assertReached(await ask(edge, "/api/v1/me", { method: "POST", body: "x".repeat(65536) }));
		assertOwnError(await ask(edge, "/api/v1/me", { headers: [`X-A: ${"x".repeat(9000)}`] }), 400, "invalid_request");
	});

	test("the API over plain HTTP is refused, pages are redirected (HT-21)", async () => {
		assertOwnError(await ask(edge, "/api/v1/me", { plain: true, headers: ["Authorization: Bearer x"] }), 403, "https_required");
		const page = await ask(edge, "/dashboard/projects", { plain: true, host: `localhost:${edge.port}` });
		assert.equal(page.status, 301);
		assert.deepEqual(page.headers.location, [`https://localhost:${edge.port}/dashboard/projects`]);
	});

	test("what is nobody's", async () => {
		for (const target of ["/nothing", "/dashboard/assets/nothing.js", "/hosted/.vite/manifest.json", "/setup.html"])
			assertOwnError(await ask(edge, target), 404, "not_found");
		assertOwnError(await ask(edge, "/setup", { host: "auth.localhost" }), 404, "not_found");
	});
});

describe("what every answer says", () => {
	test("HTTPS only, no guessing of types, an id; once each", async () => {
		for (const target of ["/api/v1/me", "/nothing", "/dashboard/"]) {
			const { headers } = await ask(edge, target);
			assert.deepEqual(headers["strict-transport-security"], ["max-age=63072000; includeSubDomains"], target);
			assert.deepEqual(headers["x-content-type-options"], ["nosniff"], target);
			assert.match(headers["x-request-id"].join(), /^req_[0-9a-f]{16}$/, target);
			assert.deepEqual(headers.server, ["nginx"], target);
		}
	});
});

test("the log has the path without its query and no header (LG-01)", async () => {
	await ask(edge, "/api/v1/logged?token=canary-query", { headers: ["Authorization: Bearer canary-header", "Cookie: a=canary-cookie", "Referer: https://x/canary-referer", "User-Agent: canary-agent"] });
	const line = fs.readFileSync(edge.logs.access, "utf8").split("\n").find((each) => each.includes("/api/v1/logged"));
	assert.equal(JSON.parse(line).path, "/api/v1/logged");
	assert.doesNotMatch(fs.readFileSync(edge.logs.access, "utf8"), /canary/);
});

// The HTTP edge, octet by octet: what nginx and the workers make of what no client should send (security.md HT-*).

import assert from "node:assert/strict";
import net from "node:net";
import { test } from "node:test";
import { Client, expectError, expectStatus, logLines, person, sendOctets, sharedServer, until } from "../../harness/index.mjs";

const server = await sharedServer();
const owner = await person(server);
const key = await owner.org.key();
const AUTH = `Authorization: Bearer ${key.secret}\r\n`;
const HEAD = `Host: ${server.host}\r\n${AUTH}Connection: close\r\n`;
const send = (text, options) => sendOctets(server, Buffer.isBuffer(text) ? text : Buffer.from(text, "latin1"), options);
const plain = () => send(`GET /api/v1/whoami HTTP/1.1\r\n${HEAD}\r\n`);

/** The same request without the oddity works. */
async function control() {
	assert.equal((await plain()).status, 200);
}

const projects = () => server.sql.value`SELECT COUNT(*) FROM projects WHERE org_id = ${owner.org.id}`;
const BODY = '{"name":"Edge"}';
const post = (headers, body = BODY) => send(`POST /api/v1/projects HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\n${headers}\r\n${body}`);

test("HT-01 Content-Length with Transfer-Encoding, doubled, negative or signed: 400, nothing made", async () => {
	const before = await projects();
	for (const headers of [
		`Content-Length: ${BODY.length}\r\nTransfer-Encoding: chunked\r\n`, `Content-Length: ${BODY.length}\r\nContent-Length: ${BODY.length}\r\n`,
		"Content-Length: -1\r\n", `Content-Length: +${BODY.length}\r\n`, "Content-Length: 0x10\r\n",
	])
		assert.equal((await post(headers)).status, 400, headers);
	assert.equal(await projects(), before);
	assert.equal((await post(`Content-Length: ${BODY.length}\r\n`)).status, 201);
});

test("HT-02 an unknown Host, also in the request line: 421, never the app", async () => {
	for (const [line, host] of [["/api/v1/setup", "evil.test"], ["https://evil.test/api/v1/setup", server.host], ["/api/v1/setup", `localhost.evil.test:${server.port}`], ["/api/v1/setup", `evil.localhost:${server.port}`], ["/api/v1/setup", "127.0.0.1"]]) {
		const answer = await send(`GET ${line} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
		assert.ok([400, 421].includes(answer.status) || answer.status === 0, `${line} ${host}: ${answer.status}`);
	}
	await control();
});

test("HT-03 no Host: refused in both versions", async () => {
	for (const version of ["1.0", "1.1"]) {
		const answer = await send(`GET /api/v1/setup HTTP/${version}\r\n\r\n`);
		assert.ok([0, 400, 421].includes(answer.status), `${version}: ${answer.status}`);
	}
	await control();
});

test("HT-04 two Authorization headers: 400", async () => {
	assert.equal((await send(`GET /api/v1/whoami HTTP/1.1\r\n${HEAD}${AUTH}\r\n`)).status, 400);
	await control();
});

test("HT-06 a header with underscores never counts", async () => {
	const extra = await owner.org.project();
	const answer = await send(`GET /api/v1/whoami HTTP/1.1\r\n${HEAD}X_Project_Id: ${extra.id}\r\nX_Auth_Token: nonsense\r\n\r\n`);
	assert.equal(answer.json.project.id, owner.org.defaultProject.id);
	const proper = await send(`GET /api/v1/whoami HTTP/1.1\r\n${HEAD}X-Project-Id: ${extra.id}\r\n\r\n`);
	assert.equal(proper.json.project.id, extra.id);
});

test("HT-07 raw paths: 400 without redirect", async () => {
	for (const path of ["/api/v1/a%2Fb", "/api/v1/%5C", "/api/v1/%00", "/api/v1/%2e%2e/whoami", "//api/v1/whoami", "/api//v1/whoami", "/api/v1/../v1/whoami", "/api/v1/./whoami", "/api/v1/whoami;x", "/api/v1/who\\ami", "/api/v1/whoami#x", "/api/v1/wh\x01oami", "/api/v1/wh\x80oami", "/api/v1/%77hoami%252e"]) {
		const answer = await send(`GET ${path} HTTP/1.1\r\n${HEAD}\r\n`);
		assert.ok([400, 404].includes(answer.status), `${JSON.stringify(path)}: ${answer.status}`);
		assert.equal(answer.headers.location, undefined);
	}
	await control();
});

test("HT-09 odd methods: 405, TRACE and CONNECT too", async () => {
	for (const method of ["FOO", "FOO-BAR", "TRACE", "OPTIONS"]) {
		const answer = await send(`${method} /api/v1/whoami HTTP/1.1\r\n${HEAD}\r\n`);
		assert.equal(answer.status, 405, `${method}: ${answer.status}`);
	}
	for (const line of ["get /api/v1/whoami", `CONNECT ${server.host}`])
		assert.ok([400, 405].includes((await send(`${line} HTTP/1.1\r\n${HEAD}\r\n`)).status), line);
	await control();
});

test("HT-11 a body that is cut: no effect", async () => {
	const before = await projects();
	await send(`POST /api/v1/projects HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nContent-Length: 500\r\n\r\n${BODY}`, { cutAfterSend: true });
	await send(`POST /api/v1/projects HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n${BODY}\r\n`, { cutAfterSend: true });
	assert.equal(await projects(), before);
	const whole = await send(`POST /api/v1/projects HTTP/1.1\r\n${HEAD}Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\nf\r\n${BODY}\r\n0\r\n\r\n`);
	assert.equal(whole.status, 201, whole.text);
});

test("HT-11 huge heads: 4xx at once", async () => {
	for (const [request, what] of [
		[`GET /${"a".repeat(64 * 1024)} HTTP/1.1\r\n${HEAD}\r\n`, "address"],
		[`GET /api/v1/whoami HTTP/1.1\r\n${HEAD}X-Big: ${"a".repeat(64 * 1024)}\r\n\r\n`, "header"],
		[`GET /api/v1/whoami?${"a".repeat(3000)} HTTP/1.1\r\n${HEAD}\r\n`, "query"],
		[`GET /api/v1/whoami?${Array.from({ length: 100 }, (_, i) => `a${i}=1`).join("&")} HTTP/1.1\r\n${HEAD}\r\n`, "pairs"],
	]) {
		const answer = await send(request);
		assert.ok(answer.status >= 400 && answer.status < 500, `${what}: ${answer.status}`);
	}
	await control();
});

test("HT-19 the address is nginx's, whatever X-Forwarded-For says", async () => {
	const session = await owner.session();
	expectStatus(await session.patch(`/api/v1/projects/${owner.org.defaultProject.id}`, { name: "Addressed" }, { headers: { "X-Forwarded-For": "1.2.3.4", "X-Real-IP": "1.2.3.4", Forwarded: "for=1.2.3.4" } }), 200);
	const ip = await server.sql.value`SELECT INET6_NTOA(ip) FROM audit_events WHERE chain_id = ${owner.org.defaultProject.id} ORDER BY id DESC LIMIT 1`;
	assert.equal(ip.replace("::ffff:", ""), session.address);
});

test("HT-21 plain HTTP on the port: 403 in our shape, no redirect for the API", async () => {
	const answer = await new Promise((resolve) => {
		const socket = net.connect(server.port, "127.0.0.1", () => socket.write(`GET /api/v1/whoami HTTP/1.1\r\nHost: ${server.host}\r\nConnection: close\r\n\r\n`));
		let text = "";
		socket.on("data", (chunk) => (text += chunk));
		socket.on("close", () => resolve(text));
		socket.on("error", () => resolve(text));
	});
	assert.match(answer, /^HTTP\/1\.1 (400|403) /);
	assert.ok(!/^location:/im.test(answer));
});

test("LG-02 control characters in headers can't break a log line", async () => {
	const client = new Client(server, { bearer: key.secret });
	const answer = await client.get("/api/v1/whoami", { headers: { "User-Agent": 'x"} {"level":"error" \u00ff end' } });
	expectStatus(answer, 200);
	const line = await until("the log line", () => logLines(server.logs.request).find((one) => one.includes(answer.headers["x-request-id"])));
	assert.equal(JSON.parse(line).request_id, answer.headers["x-request-id"]);
});

test("an unknown path is a JSON 404 with a request id, below /.well-known too", async () => {
	const client = new Client(server);
	for (const path of ["/api/v1/nonsense", "/api/v2/projects", "/.well-known/nonsense", "/oauth/nonsense", "/nonsense", "/scim/v2/x", "/hooks"]) {
		const answer = await client.get(path);
		assert.equal(answer.status, 404, path);
		assert.equal(answer.json?.error?.code, "not_found", path);
		assert.match(answer.json.request_id, /^req_/);
	}
});

test("AUTH_HOST serves the sign-in and public endpoints alone: management is 404 there", async () => {
	const elsewhere = new Client(server, { site: "auth", bearer: key.secret });
	for (const path of ["/api/v1/projects", "/api/v1/whoami", "/api/v1/api_keys"])
		expectError(await elsewhere.get(path), 404, "not_found");
	expectStatus(await elsewhere.get(`/api/v1/public/sign_in_config?client_id=${owner.org.defaultProject.clientId}`), 200);
	expectStatus(await elsewhere.with({ site: "main" }).get("/api/v1/projects"), 200);
});

test("a percent-encoded letter can't reach a route through the other pool", async () => {
	const browser = await owner.session();
	const answer = await browser.post("/api/v1/account/%70assword", { new_password: "x" });
	assert.ok([400, 404].includes(answer.status), String(answer.status));
});

test("a body that nobody wanted to read doesn't cost its sender the answer", async () => {
	const ask = (path, type, body) => send(`POST ${path} HTTP/1.1\r\n${HEAD}Content-Type: ${type}\r\nContent-Length: ${body.length}\r\n\r\n${body}`);
	for (let i = 0; i < 20; i++) {
		const answer = await ask("/api/v1/users/import", "text/plain", "x".repeat(900000));
		assert.equal(answer.status, 415);
		assert.match(answer.text, /"unsupported_media_type"/);
	}
	assert.equal((await ask("/api/v1/projects", "application/json", BODY)).status, 201);
});

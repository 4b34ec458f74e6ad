// A project's own user as caller: on AUTH_HOST, by the project's own cookie, and never as a person of the console.

import assert from "node:assert/strict";
import { describe as suite, it, test } from "node:test";
import { Client, expectError, expectStatus, makeId, makePublicId, person, projectUser, sharedServer, until } from "../../harness/index.mjs";
import { asPolicy, describe } from "../../harness/describe.mjs";

const server = await sharedServer();
const owner = await person(server);
const project = await owner.org.project();
const user = await projectUser(server, project);
const routes = (await describe()).map((route) => ({ ...asPolicy(route), site: route.site }));

const guarded = routes.filter(({ callers, path }) => !callers.includes("-") && !callers.includes("E") && path.startsWith("/api/v1/") && path !== "/api/v1/auth_request");

function targetOf(path) {
	const ids = { "{org_id}": owner.org.id, "{project_id}": project.id };
	const prefixes = { member_id: "mem", user_id: "usr", invitation_id: "inv", key_id: "key", audit_event_id: "aud", event_id: "evt", session_id: "ses", flow_id: "flw" };
	const nouns = { users: "usr", sessions: "ses", members: "mem" };
	return path.replace(/\{(\w+)\}/g, (whole, name) => ids[whole] ?? makeId(prefixes[name] ?? nouns[path.split("/")[3]] ?? "key"));
}

suite("a project's session on a route of the console", { concurrency: 6 }, () => {
	for (const route of guarded)
		it(`${route.name}: 401 on HOST, 401 or no such route on AUTH_HOST`, async () => {
			const browser = await user.session();
			const body = ["POST", "PUT", "PATCH"].includes(route.method) ? { json: {} } : {};
			const csrf = { "X-CSRF-Token": await browser.csrf() };
			const target = targetOf(route.path);
			const console_ = new Client(server, { cookies: { "__Host-gatehouse": browser.token } });
			expectError(await console_.request(route.method, target, { ...body, csrf: false, headers: { ...csrf, Origin: console_.origin } }), 401, "unauthorized");
			const named = new Client(server, { clientId: project.clientId, cookies: browser.cookies });
			expectError(await named.request(route.method, target, { ...body, csrf: false, headers: { ...csrf, Origin: named.origin } }), 401, "unauthorized");
			const elsewhere = await browser.request(route.method, target, { ...body, headers: { ...csrf, Origin: browser.origin } });
			assert.ok([401, 404].includes(elsewhere.status), `${elsewhere.status} ${elsewhere.text}`);
			expectStatus(await browser.get("/api/v1/session"), 200);
		});
});

test("the cases above are of many routes", () => assert.ok(guarded.length >= 50, String(guarded.length)));

test("GET /session: the project's user, by the project's cookie and X-Client-Id alone", async () => {
	const browser = await user.session();
	const seen = expectStatus(await browser.get("/api/v1/session"), 200);
	assert.deepEqual([seen.session.id, seen.user.id, seen.user.email], [browser.id, user.id, user.email]);
	assert.deepEqual([seen.others, seen.impersonator_email], [[], null]);
	expectError(await browser.with({ clientId: undefined }).get("/api/v1/session"), 401, "unauthorized");
	expectError(await browser.with({ cookies: { "__Host-gatehouse": browser.token } }).get("/api/v1/session"), 401, "unauthorized");
	expectError(await browser.with({ site: "main" }).get("/api/v1/session"), 401, "unauthorized");
	for (const malformed of ["proj_x", project.id, makeId("cli")])
		expectError(await browser.with({ clientId: malformed }).get("/api/v1/session"), 400, "invalid_id");
	expectError(await browser.with({ clientId: makePublicId() }).get("/api/v1/session"), 401, "unauthorized");
});

test("a session of one project under another project's name: 401", async () => {
	const other = await owner.org.project();
	const stranger = await projectUser(server, other, { email: user.email });
	const browser = await user.session();
	const crossed = browser.with({ clientId: other.clientId, cookies: { [`__Host-gatehouse-${other.clientId}`]: browser.token } });
	expectError(await crossed.get("/api/v1/session"), 401, "unauthorized");
	const theirs = await stranger.session();
	assert.equal(expectStatus(await theirs.get("/api/v1/session"), 200).user.id, stranger.id);
});

test("the console's session isn't one of a project, nor of the console on AUTH_HOST under its own client id", async () => {
	const mine = await owner.session();
	const consoleClient = await server.sql.value`SELECT client_id FROM projects WHERE id = ${server.consoleId}`;
	for (const clientId of [project.clientId, consoleClient]) {
		const crossed = new Client(server, { site: "auth", clientId, cookies: { [`__Host-gatehouse-${clientId}`]: mine.token, "__Host-gatehouse": mine.token } });
		expectError(await crossed.get("/api/v1/session"), 401, "unauthorized");
	}
	expectStatus(await mine.get("/api/v1/session"), 200);
});

test("U-5 a project user's write needs AUTH_HOST's exact Origin and the session's own token", async () => {
	const browser = await user.session();
	const other = await user.session();
	const ask = (headers) => browser.delete("/api/v1/account/sessions", { headers });
	expectError(await ask({ "X-CSRF-Token": null }), 403, "csrf_failed");
	expectError(await ask({ "X-CSRF-Token": await other.csrf() }), 403, "csrf_failed");
	for (const Origin of [null, "null", `https://${server.host}`, "https://evil.example", `${browser.origin}.evil.example`])
		expectError(await ask({ Origin }), 403, "csrf_failed");
	expectError(await ask({ "Sec-Fetch-Site": "cross-site" }), 403, "csrf_failed");
	expectStatus(await other.get("/api/v1/session"), 200);
	expectStatus(await ask({}), 204);
	expectError(await other.get("/api/v1/session"), 401, "unauthorized");
});

test("who isn't active, and whose project is gone: 401", async () => {
	for (const status of ["banned", "deactivated", "deletion_pending"]) {
		const someone = await projectUser(server, project);
		const browser = await someone.session();
		expectStatus(await browser.get("/api/v1/session"), 200);
		await server.sql.run`UPDATE users SET status = ${status} WHERE id = ${someone.id}`;
		expectError(await browser.get("/api/v1/session"), 401, "unauthorized");
	}
	const going = await owner.org.project();
	const browser = await (await projectUser(server, going)).session();
	expectStatus(await browser.get("/api/v1/session"), 200);
	await server.sql.run`UPDATE projects SET status = 'deleted' WHERE id = ${going.id}`;
	expectError(await browser.get("/api/v1/session"), 401, "unauthorized");
});

test("two cookies of the project's name, or one that we never set: 401 (HT-05)", async () => {
	const browser = await user.session();
	const name = browser.sessionCookie;
	const ask = (cookie) => browser.with({ cookies: {} }).get("/api/v1/session", { headers: { Cookie: cookie } });
	expectStatus(await ask(`${name}=${browser.token}`), 200);
	const twice = await ask(`${name}=${browser.token}; ${name}=${browser.token}`);
	expectError(twice, 401, "unauthorized");
	assert.ok(twice.headers["set-cookie"].some((line) => line.startsWith(`${name}=;`)));
	for (const value of ["", ".", `${browser.token}.`, `.${browser.token}`, `${browser.token}x`, "x".repeat(43), Array(6).fill(browser.token).join(".")])
		expectError(await ask(`${name}=${value}`), 401, "unauthorized");
});

test("last use is written in the user's own project", async () => {
	const browser = await user.session({ seenAgo_ms: 3600_000 });
	const seen = () => server.sql.value`SELECT last_seen_at > NOW(3) - INTERVAL 1 MINUTE FROM sessions WHERE id = ${browser.id}`;
	assert.equal(await seen(), 0);
	expectStatus(await browser.get("/api/v1/session"), 200);
	await until("the flusher has written it", async () => (await seen()) === 1);
});

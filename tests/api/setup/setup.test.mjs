// Setting an installation up: once, by whoever has the token. On servers of its own.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, HOUR, makeEmail, makePassword, makeSecret, moveClock, openFlow, ownServer, sharedServer, signUpFlow, tally } from "../../harness/index.mjs";

const fromPage = (server) => {
	const client = new Client(server);
	return client.with({ headers: { Origin: client.origin } });
};

async function setupToken(server) {
	const { stdout } = await server.ctl(["setup"]);
	const token = /gset_[A-Za-z0-9]+/.exec(stdout)?.[0];
	assert.ok(token, stdout);
	return token;
}

const body = (setup_token, more = {}) => ({ setup_token, email: makeEmail("first"), password: makePassword(), name: "First Owner", org_name: "My Company", ...more });

const server = await ownServer({ state: "empty" });

test("GET /setup: needed before, not after", async () => {
	assert.deepEqual(expectStatus(await new Client(server).get("/api/v1/setup"), 200), { needed: true });
	assert.deepEqual(expectStatus(await new Client(await sharedServer()).get("/api/v1/setup"), 200), { needed: false });
});

test("before set-up every other route knows nobody", async () => {
	expectError(await new Client(server, { bearer: makeSecret("gsk_live_") }).get("/api/v1/projects"), 401, "unauthorized");
	assert.equal((await new Client(server).get("/readyz")).status, 200);
});

test("a wrong or malformed token: 401 invalid_setup_token; a bad body names its fields; a weak password 422", async () => {
	const client = fromPage(server);
	const token = await setupToken(server);
	for (const wrong of [makeSecret("gset_"), "gset_x", "x"])
		expectError(await client.post("/api/v1/setup", body(wrong)), 401, "invalid_setup_token");
	expectField(await client.post("/api/v1/setup", body(token, { email: "nonsense" })), "email");
	expectField(await client.post("/api/v1/setup", body(token, { sign_up: "perhaps" })), "sign_up");
	expectError(await client.post("/api/v1/setup", body(token, { password: "password" })), 422, "weak_password");
	expectError(await new Client(server).post("/api/v1/setup", body(token)), 403, "csrf_failed");
	assert.equal(await server.sql.value`SELECT setup_done_at FROM installation`, null);
});

test("a token lives for an hour", async () => {
	const token = await setupToken(server);
	moveClock(server, HOUR + 1000);
	expectError(await fromPage(server).post("/api/v1/setup", body(token)), 401, "invalid_setup_token");
});

test("T-3 fifty at once with the right token: one 201 with the session, the others 404 (503 where the queue is full); operator organization, console and Default", async () => {
	const token = await setupToken(server);
	const clients = Array.from({ length: 50 }, () => fromPage(server));
	const answers = await Promise.all(clients.map((client) => client.post("/api/v1/setup", body(token))));
	const seen = tally(answers);
	assert.equal(seen[201], 1, JSON.stringify(seen));
	assert.equal((seen[404] ?? 0) + (seen[503] ?? 0), 49, JSON.stringify(seen));
	const at = answers.findIndex(({ status }) => status === 201);
	const org = answers[at].json;
	assert.equal(org.name, "My Company");
	assert.equal(org.role, "owner");
	await server.learn();
	assert.equal(org.id, server.operatorOrgId);
	const projects = await server.sql.rows`SELECT id, slug, type, environment FROM projects ORDER BY slug`;
	assert.deepEqual(projects.map(({ slug, environment }) => ({ slug, environment })), [{ slug: "console", environment: "live" }, { slug: "default", environment: "live" }]);
	assert.equal(projects[0].id, server.consoleId);
	assert.equal(org.default_project_id, projects[1].id);
	for (const table of ["users", "orgs", "members"])
		assert.equal(await server.sql.value([`SELECT COUNT(*) FROM ${table}`]), 1, table);
	const me = expectStatus(await clients[at].get("/api/v1/me"), 200);
	assert.equal(me.org.role, "owner");
	assert.equal(me.email_verified, true);
	expectError(await fromPage(server).post("/api/v1/setup", body(token)), 404, "not_found");
	assert.deepEqual(expectStatus(await new Client(server).get("/api/v1/setup"), 200), { needed: false });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'setup.completed'`, 1);
});

test("sign-up to the console is invite_only unless the operator opened it: proof, then 403 sign_up_disabled (U-8)", async () => {
	const config = expectStatus(await new Client(server).get("/api/v1/public/sign_in_config"), 200);
	assert.equal(config.sign_up, "invite_only");
	const flow = await openFlow(server, "sign_up").catch((error) => error);
	if (flow instanceof Error) {
		assert.match(flow.message, /403/);
		return;
	}
	const email = makeEmail("uninvited");
	await flow.act("sign_up", { email, password: makePassword(), name: "Uninvited" });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM users WHERE email = ${email}`, 0);
	const open = await sharedServer();
	assert.equal(expectStatus(await new Client(open).get("/api/v1/public/sign_in_config"), 200).sign_up, "open");
	assert.ok(await signUpFlow(open));
});


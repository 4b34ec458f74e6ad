// Who has to wait before the next sign-in, as members of the project see it, and letting them off.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, digest, expectError, expectStatus, makeEmail, makeId, makePassword, openFlow, operator, person, rateLimit, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	return { owner, project, session: await owner.session() };
}

const list = async (client) => expectStatus(await client.get("/api/v1/rate_limits"), 200).data;

test("what waits is listed with whose it is; what doesn't wait any more isn't", async () => {
	const { project, session } = await make();
	const subject = makeId("usr");
	const key = await rateLimit(project, { server, subject, count: 9 });
	await rateLimit(project, { server, wait_ms: -1000 });
	const rows = await list(session);
	assert.equal(rows.length, 1);
	const { blocked_until_at, ...row } = rows[0];
	assert.deepEqual(row, { key, kind: "account", subject, count: 9 });
	assert.ok(Date.parse(blocked_until_at) > Date.now());
});

test("U-13 five failures make a bucket of the account and one of the address; reset, the account may try at once", async () => {
	const operators = await (await operator(server)).session();
	const user = await person(server, { password: true });
	const browser = new Client(server);
	const attempt = async (password) => {
		const flow = await openFlow(server, "sign_in", { browser: browser.with({}) });
		await flow.go("identify", { identifier: user.email });
		return flow.act("password", { password });
	};
	for (let i = 0; i < 5; i++)
		expectError(await attempt(makePassword()), 401, "invalid_credentials");
	expectError(await attempt(user.password), 429, "too_many_attempts");
	const at = `?project_id=${server.consoleId}`;
	const mine = [];
	for (let cursor = ""; cursor !== null;) {
		const page = expectStatus(await operators.get(`/api/v1/rate_limits${at}&limit=100${cursor && `&cursor=${cursor}`}`), 200);
		mine.push(...page.data.filter(({ subject }) => subject === user.id || subject === browser.address));
		cursor = page.next_cursor;
	}
	assert.deepEqual(mine.map(({ kind, count }) => [kind, count]).sort(), [["account", 6], ["address", 6]]);
	for (const { key } of mine)
		expectStatus(await operators.delete(`/api/v1/rate_limits/${key}${at}`), 204);
	assert.equal((await attempt(user.password)).status, 200);
});

test("U-13 a locked account waits for ever, an identifier that nobody has doesn't", async () => {
	const user = await person(server, { password: true });
	const unknown = makeEmail("nobody");
	for (const identifier of [user.email, unknown]) {
		const subject = identifier === user.email ? user.id : identifier.toLowerCase();
		const flow = await openFlow(server);
		await flow.go("identify", { identifier });
		await flow.act("password", { password: makePassword() });
		await server.sql.run`UPDATE sign_in_throttles SET count = 99, blocked_until_at = NULL WHERE subject_digest = ${digest(subject)}`;
		await flow.act("password", { password: makePassword() });
		const row = await server.sql.row`SELECT count, subject, blocked_until_at > '9999-01-01' AS for_ever FROM sign_in_throttles WHERE kind = 'account' AND subject_digest = ${digest(subject)}`;
		assert.equal(row.count, 100);
		assert.equal(row.subject, identifier === user.email ? user.id : null);
		assert.equal(Boolean(row.for_ever), identifier === user.email);
	}
});

test("a key that isn't there, is another project's, or no key at all: 404; the reset is recorded", async () => {
	const [here, there] = [await make(), await make()];
	const key = await rateLimit(there.project, { server });
	for (const bad of [key, `account_${"0".repeat(64)}`, "account_", "phone_zz", "x"])
		expectError(await here.session.delete(`/api/v1/rate_limits/${bad}`), 404, "not_found");
	expectStatus(await there.session.delete(`/api/v1/rate_limits/${key}`), 204);
	expectError(await there.session.delete(`/api/v1/rate_limits/${key}`), 404, "not_found");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${there.project.id} AND action = 'rate_limit.reset'`, 1);
	assert.equal(await server.sql.value`SELECT CONVERT(data USING utf8mb4) FROM events WHERE project_id = ${there.project.id} AND type = 'rate_limit.reset'`, JSON.stringify({ key }));
});

test("members may look, admins may reset", async () => {
	const { owner, project } = await make();
	const key = await rateLimit(project, { server });
	const [member, viewer, admin] = [await (await owner.org.member("member")).session(), await (await owner.org.member("viewer")).session(), await (await owner.org.member("admin")).session()];
	assert.equal((await list(member)).length, 1);
	expectError(await viewer.get("/api/v1/rate_limits"), 403, "forbidden");
	expectError(await member.delete(`/api/v1/rate_limits/${key}`), 403, "forbidden");
	expectStatus(await admin.delete(`/api/v1/rate_limits/${key}`), 204);
});

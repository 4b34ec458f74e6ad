// messages: the log of what was sent, and trying again.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, makeEmail, person, sharedServer, until } from "../../harness/index.mjs";
import { message, user } from "../../harness/fixtures.mjs";

const server = await sharedServer();
const AT = "/api/v1/messages";
const data = { url: "https://example.com/" };

async function make() {
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { server, owner, project, session };
}

const idsOf = (list) => list.data.map(({ id }) => id);

test("the list is the newest first, filtered by template, status, user and time, without a body or token", async () => {
	const world = await make();
	const { session, project } = world;
	const someone = await user(project, { server });
	const failed = await message(world);
	const sent = await message(world, { status: "sent" });
	const { id: own } = expectStatus(await session.post("/api/v1/mail/send", { user_id: someone.id, template: "mfa-changed", data: { change: "x" } }), 202);
	const list = expectStatus(await session.get(`${AT}?include_total=true`), 200);
	assert.deepEqual(idsOf(list), [own, sent, failed]);
	assert.equal(list.total, 3);
	assert.deepEqual(Object.keys(list.data[0]).filter((name) => /payload|body|text|html|digest|cause/.test(name)), []);
	assert.deepEqual(idsOf(expectStatus(await session.get(`${AT}?status=failed`), 200)), [failed]);
	assert.deepEqual(idsOf(expectStatus(await session.get(`${AT}?template=mfa-changed`), 200)), [own]);
	assert.deepEqual(idsOf(expectStatus(await session.get(`${AT}?user_id=${someone.id}`), 200)), [own]);
	assert.deepEqual(idsOf(expectStatus(await session.get(`${AT}?created_after=2999-01-01T00:00:00.000Z`), 200)), []);
	assert.equal(expectStatus(await session.get(`${AT}/${own}`), 200).user_id, someone.id);
});

test("another project's message is 404, and isn't listed", async () => {
	const one = await make();
	const other = await make();
	const id = await message(one);
	expectError(await other.session.get(`${AT}/${id}`), 404, "not_found");
	expectError(await other.session.post(`${AT}/${id}/retry`, {}), 404, "not_found");
	assert.deepEqual(idsOf(expectStatus(await other.session.get(AT), 200)), []);
	expectStatus(await one.session.get(`${AT}/${id}`), 200);
});

test("retry: what failed or was canceled goes again at once, with all its tries", async () => {
	const world = await make();
	for (const status of ["failed", "canceled", "queued"]) {
		const id = await message(world, { status });
		expectStatus(await world.session.post(`${AT}/${id}/retry`, {}), 200);
		const again = await until("it is sent", async () => {
			const { json } = await world.session.get(`${AT}/${id}`);
			return json.status === "sent" ? json : null;
		});
		assert.equal(again.attempts, 1);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'message.retried' AND target_id = ${id} AND actor_id = ${world.owner.id}`, 1);
	}
});

test("U-14 retries count against the recipient's limit: one a minute, six an hour with the message itself", async () => {
	const world = await make();
	const id = await message(world);
	expectStatus(await world.session.patch("/api/v1/mail_settings", { switches: { welcome: false } }), 200);
	const retry = () => world.session.post(`${AT}/${id}/retry`, {});
	const isOver = () => until("it is called off", async () => (await world.session.get(`${AT}/${id}`)).json.status === "canceled");
	/* As if all so far had been that long ago, and it had failed again. */
	const pass = (minutes) => server.sql.query(`UPDATE messages SET status = 'failed', created_at = created_at - INTERVAL ${minutes} MINUTE, retried_at = retried_at - INTERVAL ${minutes} MINUTE WHERE id = '${id}'`);
	await server.sql.run`UPDATE messages SET created_at = NOW(3) WHERE id = ${id}`;
	const refused = await retry();
	expectError(refused, 429, "rate_limited");
	assert.ok(Number(refused.headers["retry-after"]) > 0);
	for (let i = 0; i < 5; i++) {
		await pass(2);
		expectStatus(await retry(), 200);
		await isOver();
	}
	await pass(2);
	expectError(await retry(), 429, "rate_limited");
	await pass(60);
	expectStatus(await retry(), 200);
});

test("retry of what was sent, or whose text is gone: 409 message_expired", async () => {
	const world = await make();
	const { id } = expectStatus(await world.session.post("/api/v1/mail/send", { to: makeEmail(), template: "welcome", data }), 202);
	await until("it is sent", async () => (await world.session.get(`${AT}/${id}`)).json.status === "sent");
	expectError(await world.session.post(`${AT}/${id}/retry`, {}), 409, "message_expired");
	const failed = await message(world);
	await server.sql.run`UPDATE messages SET payload_sealed = NULL WHERE id = ${failed}`;
	expectError(await world.session.post(`${AT}/${failed}/retry`, {}), 409, "message_expired");
});

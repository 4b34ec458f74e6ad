// Two nodes on one database: two masters with their own sockets, each behind an nginx of its own and both behind a third one.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Client, expectError, expectStatus, mailsTo, makeEmail, makeSecret, ownServer, person, signInFlow, sleep, tally, until } from "../harness/index.mjs";
import { firstBroken } from "../harness/chain.mjs";
import { startFront, startNode } from "../harness/server.mjs";

const WIDE = { limit: 1000000 };
const config = { machines: 2, process: { job_workers: 2 }, limits: { project_write: WIDE, invitation_send: WIDE } };
const one = await ownServer({ config });
const two = await startNode(one, { config });
const both = await startFront([one, two]);
after(async () => {
	await both.end();
	await two.end();
});

/** The same caller at another door. */
const at = (node, client) => new Client(node, { bearer: client.bearer, cookies: client.cookies, headers: client.headers, address: client.address });

let number = 0;
const key = () => ({ "Idempotency-Key": `nodes-${process.pid}-${number++}` });

test("a sign-in begun on one node ends on the other; its session is good on both, and over on both at once", async () => {
	const user = await person(one, { password: true, email: makeEmail() });
	const flow = await signInFlow(one, { email: user.email, password: user.password });
	const browser = at(two, flow.browser);
	expectStatus(await browser.post(`/api/v1/flows/${flow.id}/complete`, {}, { headers: flow.headers(), csrf: false }), 200);
	const elsewhere = at(one, browser);
	for (const client of [browser, elsewhere])
		assert.equal(expectStatus(await client.get("/api/v1/whoami"), 200).user.id, user.id);
	expectStatus(await elsewhere.delete("/api/v1/session"), 204);
	expectError(await browser.get("/api/v1/whoami"), 401, "unauthorized");
});

test("a key that is revoked on one node is refused by the other with its next request, however warm it was there", async () => {
	const owner = await person(one);
	const program = at(two, await owner.org.key());
	for (let i = 0; i < 20; i++)
		expectStatus(await program.get("/api/v1/whoami"), 200);
	const row = await one.sql.value`SELECT id FROM api_keys WHERE org_id = ${owner.org.id}`;
	expectStatus(await (await owner.session()).delete(`/api/v1/api_keys/${row}`), 204);
	expectError(await program.get("/api/v1/whoami"), 401, "unauthorized");
});

test("an idempotency key is one for both nodes: replayed by the other, and met at the same time", async () => {
	const owner = await person(one);
	const program = await owner.org.key();
	const headers = key();
	const first = await program.post("/api/v1/projects", { name: "Once" }, { headers });
	const second = await at(two, program).post("/api/v1/projects", { name: "Once" }, { headers });
	expectStatus(first, 201);
	expectStatus(second, 201);
	assert.equal(first.headers["idempotency-replayed"], undefined);
	assert.equal(second.headers["idempotency-replayed"], "true");
	assert.equal(second.text, first.text);
	expectError(await at(two, program).post("/api/v1/projects", { name: "Twice" }, { headers }), 409, "idempotency_mismatch");
	const again = key();
	const answers = await Promise.all(Array.from({ length: 8 }, (_, i) => at(i % 2 ? one : two, program).post("/api/v1/projects", { name: "Met" }, { headers: again })));
	assert.ok(answers.some(({ status }) => status === 201));
	assert.ok(answers.every(({ status, json }) => status === 201 || json.error.code === "idempotency_in_progress"), JSON.stringify(tally(answers)));
	assert.equal(await one.sql.value`SELECT COUNT(*) FROM projects WHERE org_id = ${owner.org.id} AND name = 'Met'`, 1);
});

test("machines = 2: each node counts half of a limit, so that both together give the whole", async () => {
	const owner = await person(one);
	const program = await owner.org.key();
	for (const node of [one, two])
		assert.equal((await at(node, program).get("/api/v1/org_roles")).headers["x-ratelimit-limit"], "300");
	const stranger = new Client(one, { bearer: makeSecret("gsk_live_") });
	for (const node of [one, two]) {
		const seen = [];
		for (let i = 0; i < 16; i++)
			seen.push((await at(node, stranger).get("/api/v1/whoami")).status);
		assert.deepEqual(seen, [...Array(15).fill(401), 429]);
	}
});

test("job workers of both nodes: events numbered without a gap, a chain that holds, each mail once", async () => {
	const owner = await person(one);
	const sessions = [await owner.session(), at(two, await owner.session())];
	await Promise.all(sessions.map((session) => session.csrf()));
	const emails = Array.from({ length: 40 }, () => makeEmail("twice"));
	await Promise.all(sessions.map(async (session, half) => {
		for (const email of emails.filter((_, i) => i % 2 === half)) {
			expectStatus(await session.post("/api/v1/invitations", { kind: "email", email, role: "viewer" }), 201);
			expectStatus(await session.patch(`/api/v1/projects/${owner.project.id}`, { name: email }), 200);
		}
	}));
	await until("all events are numbered", async () => await one.sql.value`SELECT COUNT(*) FROM event_queue WHERE project_id = ${owner.project.id}` === 0);
	const sequences = (await one.sql.rows`SELECT sequence FROM events WHERE project_id = ${owner.project.id} ORDER BY sequence`).map(({ sequence }) => Number(sequence));
	assert.deepEqual(sequences, Array.from({ length: 80 }, (_, i) => i + 1));
	await until("all mails are there", () => emails.every((email) => mailsTo(one, email).length > 0));
	await sleep(2000);
	assert.deepEqual(emails.filter((email) => mailsTo(one, email).length !== 1), []);
	for (const chain of [owner.org.id, owner.project.id])
		assert.equal(await firstBroken(one, chain), null);
});

/** Writes until told to stop, each under a key of its own until it is acknowledged. Answers what was acknowledged and what else was said. */
async function write(program, label, isOver) {
	const acknowledged = [];
	const refusals = {};
	while (!isOver()) {
		const name = `${label}-${acknowledged.length}`;
		const headers = key();
		for (let tries = 0; ; tries++) {
			assert.ok(tries < 60, `${name} was never acknowledged: ${JSON.stringify(refusals)}`);
			const answer = await program.post("/api/v1/projects", { name }, { headers });
			if (answer.status === 201)
				break;
			const said = `${answer.status} ${answer.json?.error.code}`;
			refusals[said] = (refusals[said] ?? 0) + 1;
			await sleep(50);
		}
		acknowledged.push(name);
	}
	return { acknowledged, refusals };
}

test("kill -9 of a whole node under load: what was acknowledged is there once, the rest may be repeated, and the node comes back", async () => {
	const owner = await person(one);
	let isOver = false;
	const writers = await Promise.all(Array.from({ length: 6 }, async (_, i) => write(at(both, await owner.org.key()), `w${i}`, () => isOver)).concat((async () => {
		await sleep(1500);
		two.kill();
		await sleep(3000);
		isOver = true;
		return { acknowledged: [], refusals: {} };
	})()));
	const acknowledged = writers.flatMap((writer) => writer.acknowledged);
	const refusals = new Set(writers.flatMap((writer) => Object.keys(writer.refusals)));
	assert.ok(acknowledged.length > 50, `${acknowledged.length} writes`);
	assert.ok(refusals.size > 0, "the dead node was met");
	const allowed = new Set(["503 outcome_unknown", "503 busy", "503 database_unavailable", "409 idempotency_in_progress"]);
	assert.deepEqual([...refusals].filter((said) => !allowed.has(said)), []);
	const names = (await one.sql.rows`SELECT name FROM projects WHERE org_id = ${owner.org.id} AND name LIKE 'w%'`).map(({ name }) => name);
	assert.deepEqual(names.sort(), acknowledged.sort());
	await until("the other node numbers what is left", async () => await one.sql.value`SELECT COUNT(*) FROM event_queue q JOIN projects p ON p.id = q.project_id WHERE p.org_id = ${owner.org.id}` === 0);
	assert.equal(await firstBroken(one, owner.org.id), null);

	await two.startWorkers();
	two.startJobs();
	await two.waitReady();
	const program = await owner.org.key();
	for (let i = 0; i < 20; i++)
		expectStatus(await at(both, program).get("/api/v1/whoami"), 200);
	expectStatus(await at(two, program).get("/api/v1/whoami"), 200);
});

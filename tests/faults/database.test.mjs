// The database goes away, comes back, deadlocks, and loses the answer of a COMMIT.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { Client, expectError, expectStatus, person, sleep, until } from "../harness/index.mjs";
import { reached, warmUp, watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const { sql } = server;
const owner = await person(server);
const key = await owner.org.key();
const at = `/api/v1/projects/${owner.org.defaultProject.id}`;

afterEach(async () => {
	proxy.clear();
	await warmUp(server, key);
});

let number = 0;
const idempotency = () => ({ "Idempotency-Key": `fault-${process.pid}-${number++}` });
const named = (name) => server.db.sql.value`SELECT COUNT(*) FROM projects WHERE org_id = ${owner.org.id} AND name = ${name}`;

test("a COMMIT whose answer is lost: 503 outcome_unknown, the row is there once, and the retry with the key gives it", async () => {
	const headers = idempotency();
	proxy.cutAfter(/^COMMIT/);
	const lost = await key.post("/api/v1/projects", { name: "Swallowed" }, { headers });
	expectError(lost, 503, "outcome_unknown");
	assert.equal(await named("Swallowed"), 1, "it was committed and never run again");
	const again = await key.post("/api/v1/projects", { name: "Swallowed" }, { headers });
	assert.equal(again.headers["idempotency-replayed"], "true");
	const project = expectStatus(again, 201);
	assert.equal(project.id, await sql.value`SELECT id FROM projects WHERE name = 'Swallowed'`);
	assert.equal(await named("Swallowed"), 1);
});

test("a COMMIT that never arrived: 503 outcome_unknown, nothing is there, and the retry runs", async () => {
	const headers = idempotency();
	proxy.cutBefore(/^COMMIT/);
	expectError(await key.post("/api/v1/projects", { name: "Vanished" }, { headers }), 503, "outcome_unknown");
	await until("the server rolled back", async () => (await named("Vanished")) === 0);
	const again = await key.post("/api/v1/projects", { name: "Vanished" }, { headers });
	expectStatus(again, 201);
	assert.equal(again.headers["idempotency-replayed"], undefined);
	assert.equal(await named("Vanished"), 1);
});

test("the line is cut before COMMIT: the request runs again and succeeds, once", async () => {
	proxy.cutBefore(/^INSERT INTO audit_events/);
	expectStatus(await key.post("/api/v1/projects", { name: "Cut once" }), 201);
	assert.equal(await named("Cut once"), 1);
});

test("an idle line that the database closed: the next request doesn't notice", async () => {
	for (const { id } of await sql.query("SELECT id FROM information_schema.PROCESSLIST WHERE USER = 'gatehouse'"))
		await sql.query(`KILL ${id}`).catch(() => {});
	for (let i = 0; i < 12; i++)
		expectStatus(await key.get("/api/v1/whoami"), 200);
	expectStatus(await key.patch(at, { name: "After the kill" }), 200);
});

for (const [code, name] of [[1213, "deadlock"], [1205, "lock wait timeout"]])
	test(`${name} (${code}) twice in one request: run again, one effect`, async () => {
		proxy.fail(/^INSERT INTO projects/, code, { times: 2 });
		expectStatus(await key.post("/api/v1/projects", { name: `Hit by ${code}` }), 201);
		assert.equal(await named(`Hit by ${code}`), 1);
	});

test("a deadlock at COMMIT, as Galera gives it: run again", async () => {
	proxy.fail(/^COMMIT/, 1213);
	expectStatus(await key.post("/api/v1/projects", { name: "Certified later" }), 201);
	assert.equal(await named("Certified later"), 1);
});

test("deadlocks without end: 503 busy with Retry-After, nothing made", async () => {
	proxy.fail(/^INSERT INTO projects/, 1213, { times: 100 });
	expectError(await key.post("/api/v1/projects", { name: "Never" }), 503, "busy");
	assert.equal(await named("Never"), 0);
});

test("1205 on the idempotency row isn't run again: 409 idempotency_in_progress", async () => {
	const rule = proxy.fail(/^INSERT INTO idempotency_keys/, 1205);
	expectError(await key.post("/api/v1/projects", { name: "Waiting" }, { headers: idempotency() }), 409, "idempotency_in_progress");
	assert.equal(rule.seen, 1);
	assert.equal(await named("Waiting"), 0);
});

test("T-35 the second of two with one key waits for the first and gets its reply", async () => {
	const headers = idempotency();
	const hold = proxy.hold(/^COMMIT/);
	const first = key.post("/api/v1/projects", { name: "Two of them" }, { headers });
	await reached(hold, first);
	const second = key.with({}).post("/api/v1/projects", { name: "Two of them" }, { headers });
	await sleep(300);
	hold.release();
	const answers = await Promise.all([first, second]);
	answers.forEach((answer) => expectStatus(answer, 201));
	assert.equal(answers[1].headers["idempotency-replayed"], "true");
	assert.equal(answers[0].text, answers[1].text);
	assert.equal(await named("Two of them"), 1);
});

test("an unforeseen duplicate key is a 500, never a wrong 409", async () => {
	proxy.fail(/^INSERT INTO audit_events/, 1062);
	const answer = await key.post("/api/v1/projects", { name: "Odd" });
	assert.ok(answer.status >= 500, answer.text);
	assert.equal(await named("Odd"), 0);
});

test("authentication that can't ask the database: 503, never 401 or 404", async () => {
	proxy.fail(/FROM api_keys k JOIN orgs/, 1030, { times: 100 });
	const answer = await key.get(at);
	assert.ok(answer.status >= 500, `${answer.status} ${answer.text}`);
});

test("MariaDB is killed and comes back: 503 at once meanwhile, the same workers afterwards, nothing that was acknowledged is lost", async () => {
	const pids = server.workers().sort();
	const names = [];
	let going = true;
	const writers = Array.from({ length: 4 }, async (_, writer) => {
		const client = key.with({});
		for (let i = 0; going; i++) {
			const name = `Crash ${writer} ${i}`;
			const answer = await client.post("/api/v1/projects", { name, slug: `crash-${process.pid}-${writer}-${i}` });
			if (answer.status === 201)
				names.push(name);
			else
				assert.equal(answer.status, 503, `${answer.status} ${answer.text}`);
		}
	});
	await sleep(500);
	await server.db.kill();
	await sleep(200);
	const start = Date.now();
	for (const send of [() => key.get(at), () => key.get("/api/v1/whoami"), () => key.patch(at, { name: "x" }), () => new Client(server, { bearer: "nonsense" }).get("/readyz")]) {
		const answer = await send();
		assert.equal(answer.status, 503, `${answer.status} ${answer.text}`);
		assert.match(answer.headers["retry-after"] ?? "1", /^\d+$/);
	}
	assert.ok(Date.now() - start < 4000, "fails fast");
	assert.equal((await key.get("/healthz")).status, 200);
	await server.db.start();
	await until("writes work again", async () => (await key.patch(at, { name: "Back" })).status === 200, { patience_ms: 15000 });
	going = false;
	await Promise.all(writers);
	assert.deepEqual(server.workers().sort(), pids, "no worker had to be replaced");
	assert.ok(names.length > 5, `${names.length} acknowledged writes`);
	const found = new Set((await server.db.sql.query("SELECT name FROM projects WHERE name LIKE 'Crash %'")).map(({ name }) => name));
	assert.deepEqual(names.filter((name) => !found.has(name)), []);
	const rows = await server.db.sql.value`SELECT COUNT(*) FROM projects p WHERE p.name LIKE 'Crash %' AND NOT EXISTS (SELECT 1 FROM audit_events a WHERE a.target_id = p.id AND a.action = 'project.created')`;
	assert.equal(rows, 0, "no change without its audit row");
});

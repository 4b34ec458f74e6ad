// The fan-out with two workers: killed between any two statements, meeting at one project. Sequences are 1, 2, 3 …, all of a batch or none.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { watchedServer } from "../faults/watched.mjs";
import { expectStatus, makeId, moveClock, person, SECOND, sleep, sqlTime, until } from "../harness/index.mjs";
import { jobWorkers } from "../harness/server.mjs";
import { Sql } from "../harness/sql.mjs";

const CLAIM = /^UPDATE event_queue SET claimed_by/;
const CLAIMED = /^SELECT q\.project_id, q\.event_id FROM event_queue q WHERE q\.lease_until/;
const HEADS = /^INSERT INTO event_heads/;
const NUMBER = /^UPDATE events SET sequence/;
const LEAVE = /^DELETE FROM event_queue/;
const LEASE_MS = 10 * SECOND;

/** The COMMIT of the transaction that ran such a statement. */
function commitAfter(pattern) {
	const pids = new Set();
	return ({ text, pid }) => {
		if (pattern.test(text))
			pids.add(pid);
		return text === "COMMIT" && pids.delete(pid);
	};
}

const { server, proxy } = await watchedServer({ config: { process: { job_workers: 2 } }, jobs: true });
const workers = () => jobWorkers(server);
const bothThere = (without) => until("both job workers are there", () => workers().length === 2 && !workers().includes(without), { patience_ms: 15000 });
await bothThere();
afterEach(() => proxy.clear());

function insertEvents(project, ids) {
	return [
		`INSERT INTO events (project_id, id, type, source, source_key, data, created_at) VALUES ${ids.map((id) => `('${project.id}', '${id}', 'project.updated', 'platform', '-', '{}', '${sqlTime()}')`).join(",")}`,
		`INSERT INTO event_queue (project_id, event_id) VALUES ${ids.map((id) => `('${project.id}', '${id}')`).join(",")}`,
	];
}

const makeIds = (count) => Array.from({ length: count }, () => makeId("evt"));

/** Events that become visible together. */
function addEvents(projects, count) {
	return server.sql.query(["START TRANSACTION", ...projects.flatMap((project) => insertEvents(project, makeIds(count))), "COMMIT"].join(";"));
}

const numbered = async (project) => (await server.sql.rows`SELECT sequence FROM events WHERE project_id = ${project.id} AND sequence IS NOT NULL ORDER BY sequence`).map(({ sequence }) => Number(sequence));

async function expectNumbered(project, count) {
	await until(`${count} events have their sequence`, async () => (await numbered(project)).length === count, { patience_ms: 20000 });
	assert.deepEqual(await numbered(project), Array.from({ length: count }, (_, i) => i + 1));
	assert.equal(Number(await server.sql.value`SELECT last_sequence FROM event_heads WHERE project_id = ${project.id}`), count);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM event_queue WHERE project_id = ${project.id}`), 0);
}

async function twoProjects() {
	const { org } = await person(server);
	return [org.defaultProject, await org.project()];
}

test("more events than one claim takes, of two projects", async () => {
	const projects = await twoProjects();
	await addEvents(projects, 130);
	for (const project of projects)
		await expectNumbered(project, 130);
});

for (const [name, match, options] of [
	["the events are claimed", CLAIM], ["the claim is read", CLAIMED], ["the first head is written", HEADS], ["the second head is written", HEADS, { nth: 2 }],
	["the second event is claimed", CLAIM, { nth: 2 }], ["the second event gets its sequence", NUMBER, { nth: 2 }], ["the queue is left", LEAVE], ["it is committed", commitAfter(LEAVE)],
])
	test(`kill -9 of a job worker before ${name}: no event has a sequence, and then all have`, async () => {
		const projects = await twoProjects();
		const hold = proxy.hold(match, options);
		await addEvents(projects, 3);
		const { pid } = await hold.reached;
		assert.ok(workers().includes(pid));
		process.kill(pid, "SIGKILL");
		if (match !== CLAIM)	// whose rows the other worker may have taken already
			for (const project of projects)
				assert.deepEqual(await numbered(project), []);
		proxy.clear();
		await bothThere(pid);
		moveClock(server, LEASE_MS + SECOND);
		await addEvents(projects, 1);
		for (const project of projects)
			await expectNumbered(project, 4);
	});

test("a COMMIT whose answer is lost: each event has one sequence", async () => {
	const projects = await twoProjects();
	const cut = proxy.cutAfter(commitAfter(LEAVE));
	await addEvents(projects, 3);
	await cut.reached;
	await addEvents(projects, 1);
	for (const project of projects)
		await expectNumbered(project, 4);
});

test("a worker that was stopped for longer than its lease gives no sequence twice", async () => {
	const [project] = await twoProjects();
	const hold = proxy.hold(LEAVE);
	await addEvents([project], 3);
	await hold.reached;
	moveClock(server, LEASE_MS + SECOND);
	await sleep(1500);
	await addEvents([project], 2);
	await sleep(1500);
	assert.deepEqual(await numbered(project), [], "the other worker waits for the head");
	hold.release();
	await expectNumbered(project, 5);
});

test("while one worker holds a project's head, nothing later is visible; then all is, without gaps", async () => {
	const [project] = await twoProjects();
	const hold = proxy.hold(commitAfter(LEAVE));
	await addEvents([project], 2);
	await hold.reached;
	await addEvents([project], 3);
	await sleep(2500);
	assert.deepEqual(await numbered(project), []);
	hold.release();
	await expectNumbered(project, 5);
});

test("who follows the tail sees an event whose transaction took its time; who pages by id would miss it", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const project = owner.org.defaultProject;
	const tail = async (after) => expectStatus(await session.get(`/api/v1/events/tail?after=${after}`), 200);
	const slow = await Sql.connect({ socket: server.db.socket });
	const [early] = makeIds(1);
	await sleep(5);
	const [late] = makeIds(1);
	await slow.query(["START TRANSACTION", ...insertEvents(project, [early])].join(";"));
	await server.sql.query(insertEvents(project, [late]).join(";"));
	await expectSeen(1);
	const first = await tail(0);
	assert.deepEqual(first.data.map(({ id }) => id), [late]);
	await slow.query("COMMIT");
	await expectSeen(2);
	slow.close();
	assert.deepEqual((await tail(first.last_sequence)).data.map(({ id }) => id), [early]);
	assert.ok(early < late, "by id it stands before what was seen");

	async function expectSeen(count) {
		await until(`${count} events have a sequence`, async () => (await numbered(project)).length === count, { patience_ms: 5000 });
	}
});

test("one project whose head is broken doesn't hold up those that were claimed with it, and goes on once it is mended", async () => {
	const [broken, whole] = (await twoProjects()).sort((a, b) => (a.id < b.id ? -1 : 1));
	await until("nothing waits", async () => Number(await server.sql.value`SELECT COUNT(*) FROM event_queue`) === 0);
	await server.sql.run`DELETE FROM event_heads WHERE project_id IN (${broken.id}, ${whole.id})`;
	await server.sql.run`UPDATE events SET sequence = NULL WHERE project_id IN (${broken.id}, ${whole.id})`;
	await server.sql.run`DELETE FROM events WHERE project_id IN (${broken.id}, ${whole.id})`;
	await server.sql.query(`INSERT INTO event_heads (project_id, last_sequence) VALUES ('${broken.id}', 18446744073709551615)`);
	await addEvents([broken, whole], 3);
	await expectNumbered(whole, 3);
	assert.deepEqual(await numbered(broken), []);
	await server.sql.run`UPDATE event_heads SET last_sequence = 0 WHERE project_id = ${broken.id}`;
	moveClock(server, LEASE_MS + SECOND);
	await expectNumbered(broken, 3);
});

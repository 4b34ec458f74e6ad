// Counts in shared memory: whatever is killed or lost on the way, each reaches the database once (licensing.md rule 33).

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { ask, license, person, until } from "../harness/index.mjs";
import { watchedServer } from "./watched.mjs";

const { server, proxy } = await watchedServer();
const owner = await person(server);
const MANY = 40;
/** The flusher writes every five seconds. */
const PATIENT = { patience_ms: 30000 };
const ITS_OWN = { flusher: true };

/** The COMMIT of a batch; the same process also commits times of last use. */
function ofBatch() {
	let line;
	return (statement) => {
		if (/^INSERT INTO stat_flushes/.test(statement.text))
			line = statement.line;
		return statement.line === line && statement.text === "COMMIT";
	};
}

afterEach(() => proxy.clear());

async function shop() {
	const project = await owner.org.project();
	const one = await license(owner, project);
	return { project, validate: () => Promise.all(Array.from({ length: MANY }, () => ask(server, project, one))) };
}

/** How often licenses were asked about, by hours and by days. */
async function counted({ id }) {
	const { sql } = server;
	return [
		await sql.value`SELECT CAST(COALESCE(SUM(n), 0) AS INT) FROM stat_hourly WHERE project_id = ${id} AND metric = 'validations' AND dim = ''`,
		await sql.value`SELECT CAST(COALESCE(SUM(n), 0) AS INT) FROM stat_daily WHERE project_id = ${id} AND metric = 'validations' AND dim = ''`,
	];
}

async function reaches(project, total) {
	await until(`${total} are counted`, async () => (await counted(project))[0] >= total, PATIENT);
	assert.deepEqual(await counted(project), [total, total]);
}

const flusher = () => server.workers().find((pid) => readFileSync(`/proc/${pid}/comm`, "utf8").trim() === "gh-flusher");
const batches = () => server.sql.value`SELECT COUNT(*) FROM stat_flushes`;

test("kill -9 of every process but the master: what was counted is written by those who come after", async () => {
	const { project, validate } = await shop();
	let total = 0;
	for (let round = 0; round < 3; round++) {
		await validate();
		total += MANY;
		for (const pid of server.workers())
			process.kill(pid, "SIGKILL");
		await until("the processes are back", async () => (await owner.session({}).then((session) => session.get("/api/v1/me"))).status === 200, PATIENT);
	}
	await reaches(project, total);
});

test("kill -9 of who writes, between its last statement and COMMIT, and behind the COMMIT: counted once", async () => {
	const { project, validate } = await shop();
	const before = proxy.hold(ofBatch(), ITS_OWN);
	await validate();
	await before.reached;
	process.kill(flusher(), "SIGKILL");
	before.release();
	await reaches(project, MANY);
	proxy.clear();

	const behind = proxy.cutAfter(ofBatch(), ITS_OWN);
	await validate();
	await behind.reached;
	const pid = flusher();
	if (pid)
		process.kill(pid, "SIGKILL");
	await reaches(project, 2 * MANY);
	const written = await batches();
	// What comes next is a batch of its own, and the one before isn't added again.
	await validate();
	await reaches(project, 3 * MANY);
	assert.ok(await batches() > written);
});

test("a COMMIT whose answer is lost, and one that never arrives: the batch is sent again, and counted once", async () => {
	const { project, validate } = await shop();
	const lost = proxy.cutAfter(ofBatch(), ITS_OWN);
	await validate();
	await lost.reached;
	await reaches(project, MANY);
	proxy.clear();
	const never = proxy.cutBefore(ofBatch(), ITS_OWN);
	await validate();
	await never.reached;
	await reaches(project, 2 * MANY);
});

test("without the batch's row, the same lost answer counts it twice: it is that row that keeps them apart", async () => {
	const { project, validate } = await shop();
	proxy.rewrite(/^INSERT INTO stat_flushes/, (text) => `${text} ON DUPLICATE KEY UPDATE flushed_at = VALUES(flushed_at)`);
	const lost = proxy.cutAfter(ofBatch(), ITS_OWN);
	await validate();
	await lost.reached;
	await until("they are counted twice", async () => (await counted(project))[0] >= 2 * MANY, PATIENT);
	assert.deepEqual(await counted(project), [2 * MANY, 2 * MANY]);
});

test("at the end of the master what is left is written", async () => {
	const { project, validate } = await shop();
	await validate();
	server.gatehoused.ref();
	server.gatehoused.kill("SIGTERM");
	await server.gatehoused.ended;
	assert.deepEqual(await counted(project), [MANY, MANY]);
});

// The sealer with two workers: killed between any two statements, meeting at one chain, under load. A chain is whole at the end, always.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { watchedServer } from "../faults/watched.mjs";
import { firstBroken, sealedRows } from "../harness/chain.mjs";
import { atOnce, expectStatus, makeId, person, sleep, sqlTime, until } from "../harness/index.mjs";
import { jobWorkers } from "../harness/server.mjs";

const HOLD = /^UPDATE audit_chains SET sealed_at = \? WHERE/;
const OPEN = /^INSERT INTO audit_chains/;
const HEAD = /^SELECT c\.seq, c\.hash, c\.sealed_at FROM audit_chains/;
const PENDING = /^SELECT a\.id, .* AND a\.seq IS NULL ORDER BY a\.id/;
const ROW = /^UPDATE audit_events SET seq = \?/;
const ADVANCE = /^UPDATE audit_chains SET seq = \?/;

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

async function makeChain() {
	const { org } = await person(server);
	return { org, project: org.defaultProject, chain: org.defaultProject.id };
}

/** Rows that become visible together. */
async function addRows({ org, project, chain }, count) {
	const rows = Array.from({ length: count }, (_, i) => `('${chain}', '${makeId("aud")}', '${org.id}', '${project.id}', 'project.updated', 'user', '${org.ownerId}', 'somebody', 'project', '${chain}', 'Row ${i}', 'ok', '{}', 'tests', '${makeId("req")}', '${sqlTime(i)}')`);
	await server.sql.query(`INSERT INTO audit_events (chain_id, id, org_id, project_id, action, actor_kind, actor_id, actor_label, target_type, target_id, target_label, result, changes, user_agent, request_id, occurred_at) VALUES ${rows.join(",")}`);
}

const seqs = async ({ chain }) => (await sealedRows(server, chain, { patience_ms: 20000 })).map(({ seq }) => Number(seq));
const sealedNow = async ({ chain }) => Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${chain} AND seq IS NOT NULL`);

async function expectWhole(chain, count) {
	assert.deepEqual(await seqs(chain), Array.from({ length: count }, (_, i) => i + 1));
	assert.equal(await firstBroken(server, chain.chain), null);
}

test("T-38 a row is sealed within 2 s of its commit", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const chain = owner.org.defaultProject.id;
	for (let i = 1; i <= 5; i++) {
		expectStatus(await session.patch(`/api/v1/projects/${chain}`, { name: `Name ${i}` }), 200);
		const committed = Date.now();
		await until(`row ${i} is sealed`, async () => (await sealedNow({ chain })) === i, { patience_ms: 5000 });
		assert.ok(Date.now() - committed < 2000, `${Date.now() - committed} ms`);
	}
});

for (const [name, match, options] of [
	["the chain is held", HOLD], ["the chain is opened", OPEN], ["its head is read", HEAD], ["its rows are read", PENDING], ["the first row is sealed", ROW], ["the third row is sealed", ROW, { nth: 3 }],
	["the head moves on", ADVANCE], ["it is committed", commitAfter(ADVANCE)],
])
	test(`kill -9 of a job worker before ${name}: nothing of it stays, and the chain becomes whole`, async () => {
		const chain = await makeChain();
		const hold = proxy.hold(match, options);
		await addRows(chain, 5);
		const { pid } = await hold.reached;
		assert.ok(workers().includes(pid));
		assert.equal(await sealedNow(chain), 0);
		process.kill(pid, "SIGKILL");
		proxy.clear();
		await bothThere(pid);
		await addRows(chain, 2);
		await expectWhole(chain, 7);
	});

test("a COMMIT whose answer is lost: the rows are sealed once", async () => {
	const chain = await makeChain();
	const cut = proxy.cutAfter(commitAfter(ADVANCE));
	await addRows(chain, 5);
	await cut.reached;
	await addRows(chain, 2);
	await expectWhole(chain, 7);
});

test("a chain into which somebody put a row beyond its head isn't sealed on; those after it are", async () => {
	const [broken, whole] = [await makeChain(), await makeChain()];
	assert.ok(broken.chain < whole.chain, "sealed in the order of their ids");
	await addRows(broken, 1);
	await expectWhole(broken, 1);
	await addRows(broken, 1);
	await expectWhole(broken, 2);
	await server.sql.query(`UPDATE audit_chains SET seq = 1 WHERE chain_id = '${broken.chain}'`);
	await addRows(broken, 1);
	await addRows(whole, 3);
	await expectWhole(whole, 3);
	assert.equal(await sealedNow(broken), 2);
	await server.sql.query(`UPDATE audit_chains SET seq = 2 WHERE chain_id = '${broken.chain}'`);
	await expectWhole(broken, 3);
});

/** A chain with one sealed row. */
async function makeSealed() {
	const chain = await makeChain();
	await addRows(chain, 1);
	await expectWhole(chain, 1);
	return chain;
}

/** One worker is about to seal the row it has read when another is added and the other worker comes. Answers how far that one got. */
async function meetAt(chain) {
	const hold = proxy.hold(ROW);
	await addRows(chain, 1);
	await until("a worker is about to seal the second row", () => hold.seen > 0);
	await addRows(chain, 1);
	await sleep(2500);
	const sealed = await sealedNow(chain);
	hold.release();
	await until("all rows are sealed", async () => (await sealedNow(chain)) === 3);
	await sleep(500);
	return sealed;
}

test("two workers meet at one chain: the second waits, and then seals what is left", async () => {
	const chain = await makeSealed();
	assert.equal(await meetAt(chain), 1);
	await expectWhole(chain, 3);
});

test("the same meeting without the guards: the second doesn't wait, and the chain is broken", async () => {
	const chain = await makeSealed();
	proxy.rewrite(HOLD, (text) => `${text} AND FALSE`);
	proxy.rewrite(OPEN, () => "SET @one = ?, @two = ?");
	proxy.rewrite(ROW, (text) => text.replace(" AND seq IS NULL", ""));
	proxy.rewrite(ADVANCE, (text) => text.replace(/AND seq = \?$/, "AND (TRUE OR seq = ?)"));
	assert.equal(await meetAt(chain), 3);
	assert.notEqual(await firstBroken(server, chain.chain), null);
	proxy.clear();
	proxy.cutAll();
});

test("eight writers and two sealers, one of them killed again and again: every chain is whole", async () => {
	const owner = await person(server);
	const { org } = owner;
	let going = true;
	const killer = (async () => {
		while (going) {
			await sleep(400);
			const [pid] = workers();
			if (pid)
				process.kill(pid, "SIGKILL");
		}
	})();
	await atOnce(8, async (writer) => {
		const key = await org.key();
		for (let i = 0; i < 20; i++)
			expectStatus(await key.patch(`/api/v1/projects/${org.defaultProject.id}`, { name: `${writer} ${i}` }), 200);
	});
	await sleep(1500);
	going = false;
	await killer;
	await expectWhole({ chain: org.defaultProject.id }, 160);
});

// Workers that are killed, stuck, replaced and drained.

import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { afterEach, test } from "node:test";
import { Client, expectStatus, person, sleep, until } from "../harness/index.mjs";
import { isRunning } from "../harness/workplace.mjs";
import { reached, warmUp, watchedServer } from "./watched.mjs";

const WORKERS = 6;	// 4 for requests, 2 for passwords; the process that writes last_used_at comes beside

const { server, proxy } = await watchedServer({ config: { process: { watchdog_ms: 2000 } } });
const owner = await person(server);
const key = await owner.org.key();
const at = `/api/v1/projects/${owner.org.defaultProject.id}`;
await warmUp(server, key);
afterEach(() => proxy.clear());

test("kill -9 of a worker at a held statement: that request alone is lost, nothing is written, a new worker stands within a second", async () => {
	const before = server.workers();
	assert.ok(before.length >= WORKERS, `${before.length} processes`);
	const hold = proxy.hold(/^UPDATE projects/);
	const name = `Killed ${process.pid}`;
	const lost = key.patch(at, { name });
	const { pid } = await reached(hold, lost);
	assert.ok(before.includes(pid), "the proxy knows which worker it is");
	process.kill(pid, "SIGKILL");
	const answer = await lost;
	assert.equal(answer.status, 503, answer.text);
	assert.equal(answer.json.error.code, "outcome_unknown");
	hold.release();
	proxy.clear();
	await until("the worker is replaced", () => server.workers().length === before.length && !server.workers().includes(pid), { patience_ms: 3000 });
	assert.notEqual(await server.sql.value`SELECT name FROM projects WHERE id = ${owner.org.defaultProject.id}`, name);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${owner.org.defaultProject.id} AND changes LIKE ${`%${name}%`}`, 0);
	for (let i = 0; i < 20; i++)
		expectStatus(await key.get("/api/v1/whoami"), 200);
	expectStatus(await key.patch(at, { name }), 200);
});

test("a worker that makes no progress is killed by the watchdog; the others go on meanwhile", async () => {
	const hold = proxy.hold(/^UPDATE projects/);
	const stuck = key.patch(at, { name: "Stuck" });
	const { pid } = await reached(hold, stuck);
	for (let i = 0; i < 10; i++)
		expectStatus(await key.with({}).get("/api/v1/whoami"), 200);
	const answer = await stuck;
	assert.equal(answer.status, 503, answer.text);
	hold.release();
	proxy.clear();
	await until("the killed worker is reaped", () => !server.workers().includes(pid));
	await until("all workers are there", () => server.workers().length >= WORKERS);
	expectStatus(await key.patch(at, { name: "Unstuck" }), 200);
});

test("kill -9 of workers under load, sixty times: the shared limiter isn't jammed and still counts", async () => {
	const limited = await owner.org.key({ rate_limit_per_minute: 7 });
	let going = true;
	const seen = {};
	const load = Array.from({ length: 12 }, async () => {
		const client = key.with({});
		while (going) {
			const { status } = await client.get("/api/v1/setup");
			seen[status] = (seen[status] ?? 0) + 1;
		}
	});
	for (let i = 0; i < 60; i++) {
		const pids = server.workers();
		try {
			process.kill(pids[i % pids.length], "SIGKILL");
		} catch {}
		await sleep(20);
	}
	going = false;
	await Promise.all(load);
	await until("all workers are there", () => server.workers().length >= WORKERS, { patience_ms: 15000 });
	assert.deepEqual(Object.keys(seen).filter((status) => !["200", "503"].includes(status)), [], JSON.stringify(seen));
	assert.ok(seen[200] > 20, JSON.stringify(seen));
	assert.ok((seen[503] ?? 0) <= 200, `each kill costs few: ${JSON.stringify(seen)}`);
	const statuses = [];
	for (let i = 0; i < 9; i++)
		statuses.push((await limited.get("/api/v1/whoami")).status);
	assert.deepEqual(statuses, [...Array(7).fill(200), 429, 429]);
});

test("HUP under 10,000 requests: none fails, every process id changes", async () => {
	const before = server.workers();
	const stuckUESTS = 10000;
	let sent = 0;
	const failed = [];
	const client = async () => {
		const mine = key.with({});
		while (sent < stuckUESTS) {
			const i = sent++;
			if (i === 1000 || i === 5000)
				server.gatehoused.kill("SIGHUP");
			const answer = await mine.get("/api/v1/whoami");
			if (answer.status !== 200)
				failed.push(`${i}: ${answer.status} ${answer.text}`);
		}
	};
	await Promise.all(Array.from({ length: 16 }, client));
	assert.deepEqual(failed.slice(0, 5), []);
	await until("every worker was replaced", () => server.workers().length >= before.length && !server.workers().some((pid) => before.includes(pid)), { patience_ms: 15000 });
	assert.ok(isRunning(server.gatehoused), "the master stays");
	expectStatus(await key.get("/api/v1/whoami"), 200);
});

test("HUP takes a changed configuration; a broken one is refused and the old workers stay", async () => {
	const limits = (limit) => ({ limits: { credential: { limit }, anonymous: { limit: 1000000 }, project_write: { limit: 1000000 }, failed_credentials: { limit: 1000000 } }, process: { watchdog_ms: 2000 } });
	const good = readFileSync(server.configFile, "utf8");
	writeFileSync(server.configFile, `${good}\nnonsense_key = 1;\n`);
	server.gatehoused.kill("SIGHUP");
	await sleep(700);
	expectStatus(await key.get("/api/v1/whoami"), 200);
	server.writeConfig(limits(4321000));
	server.gatehoused.kill("SIGHUP");
	await until("the new limit counts", async () => (await key.get("/api/v1/whoami")).headers["x-ratelimit-limit"] === "4321000", { patience_ms: 15000 });
});

test("TERM drains: a request under way is answered, then the master ends with 0", async () => {
	const hold = proxy.hold(/^UPDATE projects/);
	const last = key.patch(at, { name: "The last one" });
	await reached(hold, last);
	server.gatehoused.ref();
	server.gatehoused.kill("SIGTERM");
	await sleep(300);
	hold.release();
	expectStatus(await last, 200);
	assert.deepEqual(await server.gatehoused.ended, { code: 0, signal: null });
	assert.equal((await new Client(server).get("/healthz")).status, 503, "nginx says so in our shape");
});

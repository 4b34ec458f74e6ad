// The numbers for Prometheus: well formed, they count what happens, and only those see them who may.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectStatus, makeSecret, ownServer, person, sqlTime, until } from "../../harness/index.mjs";

const server = await ownServer({ jobs: false, config: { limits: { failed_credentials: { limit: 5 } } } });
const owner = await person(server);
const key = await owner.org.key();

/** Prometheus' text format 0.0.4, strictly: each sample belongs to a family that has said its type before; no sample twice. */
function parse(text) {
	const families = new Map(), samples = new Map();
	assert.ok(text.endsWith("\n"));
	for (const line of text.slice(0, -1).split("\n")) {
		const comment = /^# (HELP|TYPE) ([a-zA-Z_:][a-zA-Z0-9_:]*) (.+)$/.exec(line);
		if (comment) {
			const family = families.get(comment[2]) ?? {};
			assert.ok(!(comment[1] in family), `twice: ${line}`);
			if (comment[1] === "TYPE")
				assert.match(comment[3], /^(counter|gauge|histogram)$/);
			families.set(comment[2], { ...family, [comment[1]]: comment[3] });
			continue;
		}
		const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{((?:[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*",?)*)\})? (NaN|[+-]Inf|[+-]?[0-9.]+(?:e[+-]?[0-9]+)?)$/.exec(line);
		assert.ok(sample, `no sample: ${line}`);
		const base = sample[1].replace(/_(bucket|sum|count)$/, "");
		const family = families.get(sample[1]) ?? (families.get(base)?.TYPE === "histogram" ? families.get(base) : undefined);
		assert.ok(family?.TYPE && family.HELP, `no family: ${line}`);
		assert.ok(!samples.has(`${sample[1]}{${sample[2] ?? ""}}`), `twice: ${line}`);
		samples.set(`${sample[1]}{${sample[2] ?? ""}}`, Number(sample[3].replace("Inf", "Infinity")));
	}
	return samples;
}

async function metrics() {
	const answer = await new Client(server).get("/metrics");
	expectStatus(answer, 200);
	assert.equal(answer.headers["content-type"], "text/plain; version=0.0.4; charset=utf-8");
	return parse(answer.text);
}

const named = (samples, name, labels = "") => samples.get(`${name}{${labels}}`) ?? 0;

test("the parser refuses what isn't the format", () => {
	parse('# HELP a_total x\n# TYPE a_total counter\na_total{b="c"} 1\n');
	for (const bad of ["a_total 1\n", "# HELP a x\n# TYPE a counter\na 1\na 2\n", "# HELP a x\n# TYPE a counter\na one\n", "# HELP a x\n# TYPE a counter\na{b=c} 1\n", "# HELP a x\n# TYPE a counter\na 1"])
		assert.throws(() => parse(bad), bad);
});

test("requests count by route and class of status", async () => {
	const before = await metrics();
	for (let i = 0; i < 7; i++)
		expectStatus(await key.get("/api/v1/whoami"), 200);
	expectError(await new Client(server, { bearer: makeSecret("gsk_live_") }).get("/api/v1/whoami"), 401, "unauthorized");
	expectError(await key.get("/api/v1/nothing"), 404, "not_found");
	// A request is counted once its answer is sent.
	const expected = { 'route="whoami",status="2xx"': 7, 'route="whoami",status="4xx"': 1, 'route="none",status="4xx"': 1 };
	const more = async () => {
		const after = await metrics();
		return Object.fromEntries(Object.keys(expected).map((labels) => [labels, named(after, "gatehouse_requests_total", labels) - named(before, "gatehouse_requests_total", labels)]));
	};
	await until("all are counted", async () => Object.values(await more()).reduce((a, b) => a + b) >= 9);
	assert.deepEqual(await more(), expected);
	assert.ok(named(await metrics(), "gatehouse_requests_total", 'route="metrics_show",status="2xx"') > 1);
});

test("the histogram: buckets never fall, the last is the count, and the sum grows", async () => {
	const samples = await metrics();
	const buckets = [...samples].filter(([name]) => name.startsWith("gatehouse_request_duration_seconds_bucket"));
	const bounds = buckets.map(([name]) => Number(/le="(.*?)"/.exec(name)[1].replace("Inf", "Infinity")));
	assert.deepEqual(bounds, [...bounds].sort((a, b) => a - b));
	assert.equal(bounds.at(-1), Infinity);
	buckets.reduce((last, [name, value]) => (assert.ok(value >= last, name), value), 0);
	assert.equal(buckets.at(-1)[1], named(samples, "gatehouse_request_duration_seconds_count"));
	assert.ok(named(samples, "gatehouse_request_duration_seconds_sum") > 0);
	const requests = [...samples].filter(([name]) => name.startsWith("gatehouse_requests_total")).reduce((sum, [, value]) => sum + value, 0);
	assert.equal(requests, buckets.at(-1)[1]);
});

test("workers: as many as are configured, the one that answers is busy", async () => {
	await until("all workers are idle but one", async () => {
		const samples = await metrics();
		const of = (pool, state) => named(samples, "gatehouse_workers", `pool="${pool}",state="${state}"`);
		return of("request", "busy") === 1 && of("request", "idle") === 3 && of("password", "idle") === 2 && of("password", "busy") === 0;
	});
	for (const pid of server.workers())
		process.kill(pid, "SIGKILL");
	await until("they are there again, none counted twice", async () => {
		const samples = await metrics().catch(() => null);
		return samples && [...samples].filter(([name]) => name.startsWith("gatehouse_workers")).reduce((sum, [, value]) => sum + value, 0) === 6;
	});
});

test("what a limit refuses is counted by its family", async () => {
	const client = new Client(server, { bearer: makeSecret("gsk_live_") });
	const labels = 'family="failed_credentials"';
	const before = named(await metrics(), "gatehouse_rate_limited_total", labels);
	let refused = 0;
	for (let i = 0; i < 9; i++)
		refused += (await client.get("/api/v1/whoami")).status === 429;
	assert.ok(refused >= 3, `${refused}`);
	assert.equal(named(await metrics(), "gatehouse_rate_limited_total", labels) - before, refused);
});

test("mail that waits, and a database that is away", async () => {
	assert.equal(named(await metrics(), "gatehouse_mail_oldest_due_seconds"), 0);
	expectStatus(await (await owner.session()).post("/api/v1/invitations", { kind: "email", email: "late@example.com", role: "member" }), 201);
	await server.sql.run`UPDATE messages SET next_attempt_at = ${sqlTime(-600000)} WHERE recipient = 'late@example.com'`;
	const late = named(await metrics(), "gatehouse_mail_oldest_due_seconds");
	assert.ok(late >= 599 && late < 700, `${late}`);
	assert.equal(named(await metrics(), "gatehouse_database_up"), 1);
	await server.db.stop();
	const samples = await metrics();
	assert.equal(named(samples, "gatehouse_database_up"), 0);
	assert.ok(!samples.has("gatehouse_mail_oldest_due_seconds{}"));
	await server.db.start();
});

test("an address that metrics_allow doesn't name: 404, as for what isn't there; one that it names: 200", async () => {
	const other = await ownServer({ jobs: false, config: { metrics_allow: "127.7.0.0/16" } });
	expectError(await new Client(other, { address: "127.8.0.1" }).get("/metrics"), 404, "not_found");
	expectStatus(await new Client(other, { address: "127.7.0.1" }).get("/metrics"), 200);
	expectError(await new Client(other, { address: "127.8.0.1", headers: { "X-Forwarded-For": "127.7.0.1" } }).get("/metrics"), 404, "not_found");
});

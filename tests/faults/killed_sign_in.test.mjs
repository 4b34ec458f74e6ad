// kill -9 of the worker that serves a sign-in, before everything that each of its steps writes: nothing half-written stays, and the step is safely taken
// again.

import assert from "node:assert/strict";
import { afterEach, test } from "node:test";
import { addTotp, Client, digest, expectStatus, mailsTo, makeEmail, makePassword, openFlow, person, projectWith, sleep, totp, until, waitForMail } from "../harness/index.mjs";
import { jobWorkers } from "../harness/server.mjs";
import { reached, warmUp, watchedServer, WIDE_LIMITS } from "./watched.mjs";

const { server, proxy } = await watchedServer({
	jobs: true,
	config: { limits: { ...WIDE_LIMITS, flow_action: { limit: 1000000 }, flow_sign_up: { limit: 1000000 }, flow_recover: { limit: 1000000 } }, passwords: { memory_kib: 7168, passes: 1 }, process: { request_workers: 1, password_workers: 1 } },
});
const { sql } = server;
const keeper = await person(server);
const key = await keeper.org.key();
await warmUp(server, key);
const WORKERS = server.workers().length;

afterEach(() => proxy.clear());

/** The process that writes last uses is a child like the workers, and the one that is never asked. */
const asked = new Set();
for (const send of [() => key.get("/api/v1/whoami"), () => openFlow(server).then((flow) => flow.act("sign_up", { email: "nobody", password: "x" }))])
	for (const { pid, text } of (await proxy.during(send)).statements)
		if (/FROM api_keys k JOIN orgs|FROM flows f/.test(text))
			asked.add(pid);
const beside = new Set(server.workers().filter((pid) => !asked.has(pid)));
assert.equal(asked.size, 2);
const isOfARequest = ({ pid }) => server.workers().includes(pid) && !beside.has(pid);

const TABLES = ["users", "user_passwords", "sessions", "one_time_tokens", "messages", "audit_events", "events", "backup_codes", "user_factors", "user_identities"];
/** How many rows a project has of everything that a sign-in may write, besides the flow itself and what is counted of tries. */
async function rowsOf({ project }) {
	const counts = {};
	for (const table of TABLES)
		counts[table] = (await sql.query(`SELECT COUNT(*) AS n FROM ${table} WHERE ${table === "audit_events" ? "chain_id" : "project_id"} = '${project.id}'`))[0].n;
	return counts;
}

/** One step: prepares a place and answers how the step is taken there, so that it can be taken twice. */
const steps = {
	identify: async () => {
		const place = await projectWith(server, {});
		const flow = await place.open();
		return { place, flow, action: "identify", json: { identifier: place.user.email }, state: "first_factor" };
	},
	password: async () => {
		const place = await projectWith(server, {});
		const flow = await place.open();
		await flow.go("identify", { identifier: place.user.email });
		return { place, flow, action: "password", json: { password: place.user.password }, state: "done" };
	},
	send_code: async () => {
		const place = await projectWith(server, { methods: ["email_otp"] });
		const flow = await place.open();
		await flow.go("identify", { identifier: place.user.email });
		return { place, flow, action: "send_code", json: {}, state: "first_factor" };
	},
	verify_code: async () => {
		const place = await projectWith(server, { methods: ["email_otp"] });
		const flow = await place.open();
		const identifier = makeEmail("new");
		await flow.go("identify", { identifier });
		await flow.go("send_code", {});
		const { code } = await waitForMail(server, identifier);
		await until("the mail is noted as sent", async () => await sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${place.project.id} AND status = 'queued'` === 0);
		return { place, flow, action: "verify_code", json: { code }, state: "done" };
	},
	totp: async () => {
		const place = await projectWith(server, {});
		const { secret } = await addTotp(await place.user.session());
		const flow = await place.signIn();
		return { place, flow, action: "totp", json: { code: totp(secret) }, state: "done" };
	},
	sign_up: async () => {
		const place = await projectWith(server, {});
		const flow = await place.open("sign_up");
		return { place, flow, action: "sign_up", json: { email: makeEmail("new"), password: makePassword(), name: "N" }, state: "verification" };
	},
	recover: async () => {
		const place = await projectWith(server, {});
		const flow = await place.open("recover");
		return { place, flow, action: "recover", json: { identifier: place.user.email }, state: "verification" };
	},
	complete: async () => {
		const place = await projectWith(server, {});
		return { place, flow: await place.signIn(), action: "complete", json: {}, state: "consumed" };
	},
};

const take = ({ flow, action, json }) => flow.browser.with({}).post(`/api/v1/flows/${flow.id}/${action}`, json, { headers: flow.headers(), csrf: false });

/** The worker that comes to the statement is killed there, and what it wanted to run never does. Answers what nginx says of it. */
async function killAt(match, options, send) {
	const hold = proxy.hold(match, options);
	const running = send();
	const { pid, line } = await reached(hold, running);
	process.kill(pid, "SIGKILL");
	line.cut();
	const answer = await running;
	hold.release();
	proxy.clear();
	await until("the worker is replaced", () => !server.workers().includes(pid) && server.workers().length >= WORKERS);
	assert.equal(answer.status, 503, answer.text);
	assert.match(answer.headers["retry-after"], /^\d+$/);
}

/** What a step writes, in its order; nth: of several that read alike. */
function writesOf(statements) {
	const seen = {};
	return statements.map(({ text }) => ({ text, nth: seen[text] = (seen[text] ?? 0) + 1 })).filter(({ text }) => /^(INSERT|UPDATE|DELETE|COMMIT)/.test(text));
}

for (const [name, prepare] of Object.entries(steps))
	test(`${name}: killed before anything that it writes, it leaves nothing and is taken again`, async () => {
		const plain = await prepare();
		const before = await rowsOf(plain.place);
		const { result, statements: all } = await proxy.during(() => take(plain));
		assert.equal(expectStatus(result, 200).state, plain.state);
		const { pid: asking } = all.find(({ text }) => /FROM flows f/.test(text));
		const writes = writesOf(all.filter(({ pid }) => pid === asking));
		const after = await rowsOf(plain.place);
		const written = Object.fromEntries(TABLES.map((table) => [table, after[table] - before[table]]));
		assert.ok(writes.length >= 2, JSON.stringify(writes));

		for (const { text, nth } of writes) {
			const hurt = await prepare();
			const start = await rowsOf(hurt.place);
			await killAt((statement) => isOfARequest(statement) && statement.text === text, { nth }, () => take(hurt));
			assert.deepEqual(await rowsOf(hurt.place), start, text);
			assert.equal(expectStatus(await take(hurt), 200).state, hurt.state, text);
			const end = await rowsOf(hurt.place);
			assert.deepEqual(Object.fromEntries(TABLES.map((table) => [table, end[table] - start[table]])), written, `${text}: once, as if nothing had been`);
		}
	});

test("password: a worker killed while it compares has spent the try, and no more than that", async () => {
	const place = await projectWith(server, {});
	const flow = await place.open();
	await flow.go("identify", { identifier: place.user.email });
	const counted = () => sql.value`SELECT count FROM sign_in_throttles WHERE kind = 'account' AND subject_digest = ${digest(place.user.id)}`;
	for (let i = 1; i <= 3; i++) {
		await killAt(/^(DELETE FROM sign_in_throttles|UPDATE sign_in_throttles t SET t\.window_start_at)/, {}, () => take({ flow, action: "password", json: { password: makePassword() } }));
		assert.equal(await counted(), i, "a killed worker gives no guess away");
	}
	assert.equal(expectStatus(await take({ flow, action: "password", json: { password: place.user.password } }), 200).state, "done");
});

test("the job worker is killed before each statement that brings a code: the code comes all the same, once by its Message-ID", async () => {
	const isOfAJob = ({ pid, text }) => jobWorkers(server).includes(pid) && /messages/.test(text);
	for (let nth = 1; nth <= 6; nth++) {
		const place = await projectWith(server, { methods: ["email_otp"] });
		const flow = await place.open();
		await flow.go("identify", { identifier: place.user.email });
		await sleep(50);
		const hold = proxy.hold(isOfAJob, { nth });
		await flow.go("send_code", {});
		const met = await Promise.race([hold.reached, sleep(4000)]);
		if (met)
			process.kill(met.pid, "SIGKILL");
		hold.release();
		proxy.clear();
		await until("a job worker is there", () => jobWorkers(server).length >= 1);
		/* What a dead worker had claimed is free once its lease is over. */
		await until("the claim is known", async () => await sql.value`SELECT COUNT(*) FROM messages WHERE project_id = ${place.project.id}` === 1);
		await sql.run`UPDATE messages SET lease_until = NOW(3) - INTERVAL 1 SECOND WHERE project_id = ${place.project.id} AND status = 'queued' AND lease_until IS NOT NULL`;
		const { code } = await waitForMail(server, place.user.email);
		assert.equal(new Set(mailsTo(server, place.user.email).map(({ headers }) => headers["message-id"])).size, 1, `killed at statement ${nth}`);
		assert.equal(expectStatus(await take({ flow, action: "verify_code", json: { code } }), 200).state, "done");
	}
	expectStatus(await new Client(server).get("/healthz"), 200);
});

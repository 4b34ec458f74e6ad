// The master key changed while everything runs: no request fails, all that is sealed is sealed anew, what an older key sealed still works.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { children, jobWorkers } from "../harness/server.mjs";
import { activation, ask, expectStatus, makeEmail, openFlow, ownServer, person, signUpFlow, sleep, sqlTime, until, waitForMail } from "../harness/index.mjs";

// More than one batch of flows.
const HELD_MAILS = 30, HELD_FLOWS = 70, HELD = HELD_MAILS + HELD_FLOWS;

const server = await ownServer({ jobs: false });
const owner = await person(server);
let session = await owner.session();
const key = await owner.org.key();

const asJson = async (args) => JSON.parse((await server.ctl(["--json", ...args])).stdout);
const uses = async () => Object.fromEntries((await asJson(["master-key", "status"])).data.map(({ id, state, count }) => [id, [state, count]]));

/** How many values a key has sealed: asked of the database, which also says where sealed values stand. */
async function sealedBy(id) {
	const columns = await server.sql.rows`SELECT table_name AS t, column_name AS c FROM information_schema.columns
		WHERE table_schema = 'gatehouse' AND RIGHT(column_name, 7) = '_sealed'`;
	assert.ok(columns.length >= 4, JSON.stringify(columns));
	let count = 0;
	for (const { t, c } of columns)
		count += Number((await server.sql.query(`SELECT COUNT(*) AS n FROM ${t} WHERE SUBSTRING(${c}, 2, 5) = '${id}'`))[0].n);
	return count;
}

async function invite() {
	const email = makeEmail("invited");
	expectStatus(await session.post("/api/v1/invitations", { kind: "email", email, role: "member" }), 201);
	return email;
}

async function reload(master) {
	const before = children(master.pid);
	master.kill("SIGHUP");
	await until("every process was replaced", () => children(master.pid).length >= before.length && !children(master.pid).some((pid) => before.includes(pid)), { patience_ms: 30000 });
}

/** Requests that open and seal in whatever worker takes them, until stop() is called. */
function load() {
	const failed = [];
	let going = true, served = 0;
	const look = ({ status, text }) => {
		served++;
		if (status !== 200)
			failed.push(`${status} ${text}`);
	};
	const reading = Array.from({ length: 4 }, async () => {
		const mine = key.with({});
		while (going)
			look(await mine.get("/api/v1/whoami"));
	});
	const signingIn = Array.from({ length: 4 }, async () => {
		while (going) {
			const flow = await openFlow(server).catch((error) => failed.push(error.message));
			if (typeof flow === "number")
				continue;
			look(await flow.act("identify", { identifier: makeEmail() }));
			for (let i = 0; i < 10 && going; i++) {
				look(await flow.browser.get(`/api/v1/flows/${flow.id}`, { headers: flow.headers() }));
				look(await flow.act("back"));
				look(await flow.act("identify", { identifier: makeEmail() }));
			}
		}
	});
	return {
		async stop() {
			going = false;
			await Promise.all([...reading, ...signingIn]);
			return { failed, served };
		},
	};
}

test("rotated under load: no request fails, a sign-in and a mail of the old key go on, every value is sealed anew", async () => {
	const held = [];
	for (let i = 0; i < HELD_MAILS; i++)
		held.push(await invite());
	await Promise.all(Array.from({ length: HELD_FLOWS }, () => openFlow(server)));
	await server.sql.run`UPDATE messages SET next_attempt_at = ${sqlTime(24 * 60 * 60 * 1000)} WHERE status = 'queued'`;
	const signUp = await signUpFlow(server);
	const project = owner.org.defaultProject;
	const sold = await activation(owner, project);
	const count = await sealedBy("k0001");
	assert.ok(count >= HELD + 2, `${count} values`);
	assert.deepEqual((await uses()).k0001, ["seals", count]);

	const busy = load();
	await sleep(300);
	assert.deepEqual(await asJson(["master-key", "rotate"]), { id: "k0002", file: server.keyFile });
	assert.match(fs.readFileSync(server.keyFile, "utf8"), /^k0001 \S{44}\nk0002 \S{44}\n$/);
	assert.equal(fs.statSync(server.keyFile).mode & 0o777, 0o600);
	await reload(server.gatehoused);
	assert.ok(await sealedBy("k0001") >= HELD + 2, "nobody has sealed them anew yet");
	server.startJobs();
	await until("nothing is sealed with the old key", async () => (await sealedBy("k0001")) === 0, { patience_ms: 30000 });
	const { failed, served } = await busy.stop();
	assert.deepEqual(failed.slice(0, 5), []);
	assert.ok(served > 200, `${served} requests`);
	assert.equal((await uses()).k0001[1], 0);
	assert.ok((await uses()).k0002[1] >= HELD);

	// Its mail was sealed with the old key, and the flow itself.
	await signUp.go("verify_code", { code: (await waitForMail(server, signUp.email)).code });
	await signUp.go("complete");
	// And what was sealed anew is what it was.
	await server.sql.run`UPDATE messages SET next_attempt_at = ${sqlTime()} WHERE recipient = ${held[7]}`;
	assert.match((await waitForMail(server, held[7])).text, /#\S*ginv_/);
	const again = await ask(server, project, sold.license, { fingerprint: sold.fingerprint });
	assert.deepEqual([again.code, again.activation_id, again.kid], ["valid", sold.answer.activation_id, sold.answer.kid]);
	assert.equal(expectStatus(await session.get(`/api/v1/licenses/${sold.license.id}?project_id=${project.id}`), 200).key, sold.license.key);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'master_key.rotated' AND target_id = 'k0002' AND actor_kind = 'cli'`, 1);
});

test("a process that hasn't read the new key file yet does so when it meets what the new key sealed", async () => {
	const { id } = await asJson(["master-key", "rotate"]);
	assert.equal(id, "k0003");
	const before = jobWorkers(server);
	await reload(server.gatehoused);
	const email = await invite();
	assert.match((await waitForMail(server, email)).text, /#\S*ginv_/);
	assert.deepEqual(jobWorkers(server), before, "the job workers weren't reloaded");
});

test("a value is replaced only while it is the one that was opened: what somebody writes meanwhile stays", async () => {
	const [raced, other] = [await openFlow(server), await openFlow(server)];
	const sealed = async (flow) => (await server.sql.row`SELECT data_sealed FROM flows WHERE id = ${flow.id}`).data_sealed;
	const before = await sealed(raced);
	const written = Buffer.concat([before.subarray(0, 6), Buffer.from("written by somebody else while it was opened")]);
	// Where the server itself refuses such an UPDATE, the condition would never be needed: MySQL has no such setting.
	await server.sql.query("SET GLOBAL innodb_snapshot_isolation = OFF");
	const { id } = await asJson(["master-key", "rotate"]);
	await reload(server.gatehoused);

	// The row is held: the job reads the old value and waits with its UPDATE until the new one is committed.
	const writer = await server.db.connect();
	await writer.query("START TRANSACTION");
	await writer.run`UPDATE flows SET data_sealed = ${written} WHERE project_id = ${server.consoleId} AND id = ${raced.id}`;
	await reload(server.jobs);
	// Who asks for this table more often than ten times a second is shown the same answer again and again.
	await until("the job waits for the row", async () => (await server.sql.value`SELECT COUNT(*) FROM information_schema.innodb_trx WHERE trx_state = 'LOCK WAIT'`) > 0, { every_ms: 250 });
	await writer.query("COMMIT");
	writer.close();
	await until("the other value is sealed anew", async () => (await sealed(other)).subarray(1, 6).toString() === id, { patience_ms: 20000 });
	assert.deepEqual(await sealed(raced), written);
	await server.sql.run`DELETE FROM flows WHERE id = ${raced.id}`;
});

test("retire: not the key that seals, not one that is unknown, not while a value uses it; then it is gone from the file", async () => {
	const refuse = async (id, line) => assert.match((await server.ctl(["master-key", "retire", id], { expect: 2 })).stderr, line);
	await refuse("k0004", /is the key that seals/);
	await refuse("k0009", /has no key 'k0009'/);
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, secret_sealed, version, updated_at)
		VALUES (${owner.project.id}, 'mail', '{}', ${Buffer.from(`\x01k0001${"x".repeat(40)}`)}, 1, ${sqlTime()})`;
	await refuse("k0001", /still seals 1 values/);
	assert.match(fs.readFileSync(server.keyFile, "utf8"), /^k0001 /);
	await server.sql.run`DELETE FROM area_settings WHERE project_id = ${owner.project.id} AND area = 'mail'`;
	assert.deepEqual(await asJson(["master-key", "retire", "k0001"]), { id: "k0001", file: server.keyFile });
	assert.match(fs.readFileSync(server.keyFile, "utf8"), /^k0002 \S{44}\nk0003 \S{44}\nk0004 \S{44}\n$/);
	await reload(server.gatehoused);
	await reload(server.jobs);
	session = await owner.session();	// what an open page proves itself with was made with the oldest key
	assert.match((await waitForMail(server, await invite())).text, /#\S*ginv_/);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE action = 'master_key.retired' AND target_id = 'k0001'`, 1);
});

test("a value whose key isn't in the file: status names it and ends with 2; the job says so and goes on", async () => {
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, secret_sealed, version, updated_at)
		VALUES (${owner.project.id}, 'mail', '{}', ${Buffer.from(`\x01k0001${"x".repeat(40)}`)}, 1, ${sqlTime()})`;
	const { stdout, stderr } = await server.ctl(["--json", "master-key", "status"], { expect: 2 });
	assert.match(stderr, /k0001 isn't in/);
	assert.deepEqual(JSON.parse(stdout).data.find(({ id }) => id === "k0001"), { id: "k0001", state: "missing", count: 1 });
	const flow = await openFlow(server);
	await server.ctl(["master-key", "rotate"]);
	await reload(server.gatehoused);
	await reload(server.jobs);
	await until("the flow is sealed anew", async () => {
		const { data_sealed: sealed } = await server.sql.row`SELECT data_sealed FROM flows WHERE id = ${flow.id}`;
		return sealed.subarray(1, 6).toString() === "k0005";
	}, { patience_ms: 30000 });
	await until("the job says so", () => /sealed values that no master key opens/.test(fs.readFileSync(server.logs.jobs, "utf8")), { patience_ms: 30000 });
});

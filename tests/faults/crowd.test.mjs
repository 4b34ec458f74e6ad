// Five hundred people who sign in at the same moment: each is answered, the memory of the workers stays what the hash takes, and nobody else waits
// for them (users rule 11, F-23).

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { addCrowd, crowdEmail, expectStatus, openFlow, ownServer, person, projectUser, projectWith, signIn, sleep, tally } from "../harness/index.mjs";
import { Client } from "../harness/http.mjs";
import { children } from "../harness/server.mjs";
import { WIDE_LIMITS } from "./watched.mjs";

const CROWD = 500;
const PEAK_KIB = 24 * 1024;	// a hash of 7 MiB, and what the libraries take

const server = await ownServer({ jobs: false, config: { passwords: { memory_kib: 7168, passes: 1 }, limits: WIDE_LIMITS } });

/** The most that each worker has held, in KiB. */
const peaks = () => new Map(children(server.gatehoused.pid).map((pid) => [pid, Number(/^VmHWM:\s+(\d+)/m.exec(fs.readFileSync(`/proc/${pid}/status`, "utf8"))[1])]));

/** A project of that many people who share a password that is cheap to compare. */
async function crowded() {
	const place = await projectWith(server, {});
	const { project, user } = place;
	await signIn(server, { email: user.email, password: user.password, browser: new Client(server, { site: "auth" }), client_id: project.clientId });	// hashed anew at this server's cost
	await addCrowd(project, user, CROWD, { server });
	return place;
}

/** One action on a connection of its own: whoever waits longer than nginx keeps one comes again by a new one. */
async function act(flow, action, json = {}) {
	const browser = flow.browser.with({});
	const answer = await browser.post(`/api/v1/flows/${flow.id}/${action}`, json, { headers: flow.headers(), csrf: false });
	browser.close();
	return answer;
}

/** So many people, each one step from their password. */
function identified(emails, project) {
	return inTurns(emails, 24, async (identifier) => {
		const flow = await openFlow(server, "sign_in", { browser: new Client(server, { site: "auth" }), client_id: project.clientId });
		await flow.go("identify", { identifier });
		flow.browser.close();
		return flow;
	});
}

/** Does something for each, so many at a time. */
async function inTurns(items, width, work) {
	const rest = [...items];
	const done = [];
	await Promise.all(Array.from({ length: width }, async () => {
		while (rest.length > 0)
			done.push(await work(rest.shift()));
	}));
	return done;
}

test("five hundred sign-ins at once: each gets its answer, /whoami is answered meanwhile, and all of them get in when they come again", async () => {
	const { project, user } = await crowded();
	const key = await (await person(server)).org.key();
	const flows = await identified(Array.from({ length: CROWD }, (_, i) => crowdEmail(i + 1)), project);
	const password = (flow) => act(flow, "password", { password: user.password });
	const workers = [...peaks().keys()].sort();

	let isOver = false;
	const others = (async () => {
		const seen = [];
		while (!isOver || seen.length < 10)
			seen.push((await key.get("/api/v1/whoami")).status);
		return seen;
	})();
	const answers = await Promise.all(flows.map(password));
	isOver = true;
	const seen = tally(answers);
	assert.equal((seen[200] ?? 0) + (seen[429] ?? 0) + (seen[503] ?? 0), CROWD, JSON.stringify(seen));
	assert.ok(seen[200] >= 64, `as many as the queue takes get in: ${JSON.stringify(seen)}`);
	for (const { status, headers } of answers.filter(({ status }) => status !== 200))
		assert.match(headers["retry-after"], /^[1-9]\d*$/, `${status} says when to come again`);
	assert.deepEqual([...new Set(await others)], [200], "nobody else is kept waiting or turned away");

	let outside = flows.filter((flow, i) => answers[i].status !== 200);
	for (let round = 0; outside.length > 0; round++) {
		assert.ok(round < 60, `${outside.length} are still outside`);
		await sleep(200);
		const again = await inTurns(outside, 48, async (flow) => ({ flow, status: (await password(flow)).status }));
		outside = again.filter(({ status }) => status !== 200).map(({ flow }) => flow);
	}
	for (const answer of await inTurns(flows.slice(0, 20), 4, (flow) => act(flow, "complete")))
		expectStatus(answer, 200);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM flows WHERE project_id = ${project.id} AND state IN ('done', 'consumed') AND user_id <> ${user.id}`, CROWD, "everybody is inside");

	const after = peaks();
	assert.deepEqual([...after.keys()].sort(), workers, "no worker died of it");
	for (const [pid, peak] of after)
		assert.ok(peak <= PEAK_KIB, `worker ${pid} took ${peak} KiB`);
	expectStatus(await key.get("/api/v1/whoami"), 200);
});

test("and five hundred wrong passwords for one account are answered too, five of them by a hash", async () => {
	const { project } = await projectWith(server, {});
	const victim = await projectUser(server, project, { password: true });
	const flows = await identified(Array(CROWD).fill(victim.email), project);
	const answers = await Promise.all(flows.map((flow, i) => act(flow, "password", { password: `wrong password ${i}` })));
	const seen = tally(answers);
	assert.equal((seen[401] ?? 0) + (seen[429] ?? 0) + (seen[503] ?? 0), CROWD, JSON.stringify(seen));
	assert.ok(seen[401] >= 5 && seen[401] <= 6, JSON.stringify(seen));
	assert.equal(await server.sql.value`SELECT count FROM sign_in_throttles WHERE project_id = ${project.id} AND kind = 'account'`, CROWD - (seen[503] ?? 0));
});

// The password pool's queue: who finds it full is told to come back, and nobody else waits for it (users rules 11 and 13).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectStatus, makePassword, openFlow, ownServer, person, tally } from "../../harness/index.mjs";

// Of its own: a flood on the shared server would be felt by the files that run beside.
const server = await ownServer();

test("U-11 U-13 ninety sign-ins at once: each is answered 401 by the hash or 503 with Retry-After by the queue; other routes go on meanwhile", async () => {
	const owner = await person(server);
	const key = await owner.org.key();
	const flows = await atOnce(90, async () => {
		const user = await person(server, { password: true });
		const flow = await openFlow(server);
		await flow.go("identify", { identifier: user.email });
		return flow;
	});
	const flood = Promise.all(flows.map((flow) => flow.act("password", { password: makePassword() })));
	const slowest = [];
	for (let i = 0; i < 20; i++) {
		const start = Date.now();
		expectStatus(await key.get("/api/v1/whoami"), 200);
		slowest.push(Date.now() - start);
	}
	const answers = await flood;
	const seen = tally(answers);
	assert.equal((seen[401] ?? 0) + (seen[503] ?? 0), 90, JSON.stringify(seen));
	assert.ok(seen[503] >= 1, `the queue is bounded: ${JSON.stringify(seen)}`);
	assert.ok(seen[401] >= 50, JSON.stringify(seen));
	for (const answer of answers.filter(({ status }) => status === 503)) {
		assert.equal(answer.json.error.code, "busy");
		assert.equal(answer.headers["retry-after"], "1");
	}
	// Nothing was tried for them: as many failures are counted as answers were given, and the right password goes through.
	assert.equal(await server.sql.value`SELECT CAST(SUM(count) AS INT) FROM sign_in_throttles WHERE kind = 'account'`, seen[401]);
	const refused = flows[answers.findIndex(({ status }) => status === 503)];
	assert.equal((await refused.go("password", { password: owner.password })).state, "done");
	assert.ok(slowest.sort((a, b) => a - b)[10] < 1000, `whoami meanwhile: ${slowest}`);
});

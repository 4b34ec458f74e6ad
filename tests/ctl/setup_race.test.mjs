// Two hold the setup link and come to the deciding statement together. With its conditions one is the owner; without them both are.

import assert from "node:assert/strict";
import { test } from "node:test";
import { watchedServer } from "../faults/watched.mjs";
import { Client, makeEmail, makePassword, sleep } from "../harness/index.mjs";
import { remember } from "../harness/secrets.mjs";

const FINISH = /^UPDATE installation i SET i\.setup_digest = NULL/;

const guarded = await watchedServer({ state: "empty" });
const unguarded = await watchedServer({ state: "empty" });

async function race({ server, proxy }, prepare = () => {}) {
	const token = remember(JSON.parse((await server.ctl(["--json", "setup"])).stdout).url.split("#")[1]);
	await prepare(proxy);
	const setUp = () => {
		const client = new Client(server);
		return client.post("/api/v1/setup", {
			setup_token: token, email: makeEmail("first"), password: makePassword(), name: "First", org_name: "Company",
		}, { headers: { Origin: client.origin } });
	};
	const hold = proxy.hold(FINISH, { times: 2 });
	const running = [setUp(), setUp()];
	await hold.reached;
	await sleep(1000);
	assert.equal(hold.seen, 2, "both are at the statement");
	hold.release();
	const statuses = (await Promise.all(running)).map(({ status }) => status).sort();
	return { statuses, owners: await server.sql.value`SELECT COUNT(*) FROM members` };
}

test("two set up at once: one 201, one 404, one owner", async () => {
	assert.deepEqual(await race(guarded), { statuses: [201, 404], owners: 1 });
});

test("without the statement's conditions the same schedule makes two owners", async () => {
	const { statuses, owners } = await race(unguarded, (proxy) => proxy.rewrite(FINISH,
		(text) => text.replace("AND i.setup_done_at IS NULL AND i.setup_digest = ? AND i.setup_expires_at > ?", "AND (TRUE OR i.setup_digest = ? OR i.setup_expires_at > ?)")));
	assert.deepEqual({ statuses, owners }, { statuses: [201, 201], owners: 2 });
});

// A signing key's 90 days, on a server whose clock moves (oauth.md rule 32).

import assert from "node:assert/strict";
import { test } from "node:test";
import { decode, fetchKeys, getToken, makeProject } from "../api/oauth/oauth.mjs";
import { DAY, MINUTE, ownServer, setClock, until } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";

const server = await ownServer();

/** A job worker looks after keys when it starts, and every ten minutes. */
async function goTo(offset_ms) {
	setClock(server, offset_ms);
	await stop(server.jobs);
	server.startJobs();
}

test("AT-13 after 90 days the job makes a successor, which takes over a day later; the old key stays published while its tokens live", async () => {
	const project = await makeProject(server);
	const old = await getToken(server, project);
	const kid = decode(old)[0].kid;
	await goTo(91 * DAY);
	const next = await until("there is a successor", async () => (await fetchKeys(server, project)).find((key) => key.kid !== kid));
	assert.equal(decode(await getToken(server, project))[0].kid, kid);
	await goTo(92 * DAY + MINUTE);
	await until("it signs", async () => decode(await getToken(server, project))[0].kid === next.kid);
	assert.equal((await fetchKeys(server, project)).length, 2);
	await goTo(94 * DAY);
	await until("the old one is gone", async () => (await fetchKeys(server, project)).length === 1);
});

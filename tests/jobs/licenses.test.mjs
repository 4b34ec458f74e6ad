// A license's end is told once, when its days of grace are over (licensing.md section 7).

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, expectStatus, fromNow, license, ownServer, person, setClock, until } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";

const server = await ownServer();

/** A job worker looks at licenses when it starts, and every minute. */
async function goTo(offset_ms) {
	setClock(server, offset_ms);
	await stop(server.jobs);
	server.startJobs();
}

test("an end is told after its days of grace, once; one that was prolonged may end again; suspended and revoked ones don't", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const told = (id) => server.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${id} AND action = 'license.expired'`;
	const expires_at = fromNow(DAY, server);
	const one = await license(owner, project, { expires_at });
	const graced = await license(owner, project, { expires_at, grace_days: 3 });
	const suspended = await license(owner, project, { expires_at });
	expectStatus(await session.post(`/api/v1/licenses/${suspended.id}/suspend`, {}), 200);
	await goTo(2 * DAY);
	await until("the end is told", async () => await told(one.id) === 1);
	assert.equal(await told(graced.id), 0);
	expectStatus(await session.patch(`/api/v1/licenses/${one.id}`, { expires_at: fromNow(DAY, server) }), 200);
	await goTo(5 * DAY);
	await until("both are told", async () => await told(graced.id) === 1 && await told(one.id) === 2);
	assert.equal(await told(suspended.id), 0);
	const data = await server.sql.value`SELECT data FROM events WHERE project_id = ${project.id} AND type = 'license.expired' ORDER BY id LIMIT 1`;
	assert.equal(JSON.parse(data).id, one.id);
	assert.equal(JSON.parse(data).status, "expired");
});

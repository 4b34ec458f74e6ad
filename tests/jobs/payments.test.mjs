// What nobody pays in time expires, by a job (licensing.md rule 26).

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, expectStatus, ownServer, payment, person, setClock, until } from "../harness/index.mjs";
import { stop } from "../harness/workplace.mjs";

const server = await ownServer();

/** A job worker looks at payments when it starts, and every minute. */
async function goTo(offset_ms) {
	setClock(server, offset_ms);
	await stop(server.jobs);
	server.startJobs();
}

test("a payment by hand that nobody made within seven days has expired, and is told once; it may still come", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const late = await payment(owner, project);
	const paid = await payment(owner, project);
	expectStatus(await session.post(`/api/v1/payments/${paid.id}/settle`, { reference: "R1" }), 200);
	const status = async ({ id }) => expectStatus(await session.get(`/api/v1/payments/${id}`), 200).status;
	await goTo(6 * DAY);
	await goTo(8 * DAY);
	await until("it has expired", async () => await status(late) === "expire");
	assert.equal(await status(paid), "settlement");
	const types = async () => (await server.sql.rows`SELECT type FROM events WHERE subject_id = ${late.id} ORDER BY id`).map(({ type }) => type);
	assert.deepEqual(await types(), ["payment.created", "payment.expired"]);
	expectStatus(await session.post(`/api/v1/payments/${late.id}/settle`, { reference: "R2" }), 200);
	assert.deepEqual(await types(), ["payment.created", "payment.expired", "item.purchased"]);
});

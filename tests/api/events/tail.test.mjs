// GET /events/tail: the sequence of a project's events, followed without missing one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, event, expectError, expectField, expectStatus, person, sharedServer, sleep, until } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const session = await owner.session();
	return { owner, org: owner.org, project, session, rename: (name) => session.patch(`/api/v1/projects/${project.id}`, { name }) };
}

const tail = async (client, query = "") => expectStatus(await client.get(`/api/v1/events/tail${query}`), 200);
const fannedOut = (client, sequence) => until(`sequence ${sequence} is given`, async () => (await tail(client)).last_sequence >= sequence);

test("A-36 events get 1, 2, 3 … in their project, and their place in the queue is gone", async () => {
	const { project, session, rename } = await make();
	for (const name of ["One", "Two", "Three"])
		expectStatus(await rename(name), 200);
	await fannedOut(session, 3);
	const { data, last_sequence, poll_after_ms } = await tail(session, "?after=0");
	assert.deepEqual(data.map(({ sequence, data: { name } }) => [sequence, name]), [[1, "One"], [2, "Two"], [3, "Three"]]);
	assert.deepEqual([last_sequence, poll_after_ms], [3, 1000]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM event_queue WHERE project_id = ${project.id}`, 0);
	const listed = expectStatus(await session.get("/api/v1/events"), 200).data;
	assert.deepEqual(listed.map(({ sequence }) => sequence), [3, 2, 1]);
	assert.deepEqual(data.toReversed(), listed, "both show an event alike");
});

test("without after it begins at the newest; then last_sequence leads on", async () => {
	const { session, rename } = await make();
	assert.deepEqual(await tail(session), { data: [], last_sequence: 0, poll_after_ms: 1000 });
	expectStatus(await rename("Before"), 200);
	await fannedOut(session, 1);
	const start = await tail(session);
	assert.deepEqual(start.data, []);
	expectStatus(await rename("After"), 200);
	await fannedOut(session, 2);
	const { data } = await tail(session, `?after=${start.last_sequence}`);
	assert.deepEqual(data.map((one) => one.data.name), ["After"]);
});

test("limit cuts a page, and poll_after_ms is 0 while there is more", async () => {
	const { session, rename } = await make();
	for (let i = 0; i < 5; i++)
		expectStatus(await rename(`Name ${i}`), 200);
	await fannedOut(session, 5);
	const first = await tail(session, "?after=1&limit=2");
	assert.deepEqual([first.data.map(({ sequence }) => sequence), first.last_sequence, first.poll_after_ms], [[2, 3], 3, 0]);
	const rest = await tail(session, `?after=${first.last_sequence}&limit=2`);
	assert.deepEqual([rest.data.map(({ sequence }) => sequence), rest.last_sequence, rest.poll_after_ms], [[4, 5], 5, 1000]);
	expectField(await session.get("/api/v1/events/tail?limit=101"), "limit", "range");
	expectField(await session.get("/api/v1/events/tail?after=6"), "after", "range");
	assert.deepEqual((await tail(session, "?after=5")).data, []);
});

test("events that retention has taken: 410 events_expired, and what is kept is still there", async () => {
	const { project, session, rename } = await make();
	for (let i = 0; i < 4; i++)
		expectStatus(await rename(`Name ${i}`), 200);
	await fannedOut(session, 4);
	assert.equal((await tail(session, "?after=0")).data.length, 4);
	await server.sql.run`DELETE FROM events WHERE project_id = ${project.id} AND sequence <= 2`;
	expectError(await session.get("/api/v1/events/tail?after=0"), 410, "events_expired");
	expectError(await session.get("/api/v1/events/tail?after=1"), 410, "events_expired");
	assert.deepEqual((await tail(session, "?after=2")).data.map(({ sequence }) => sequence), [3, 4]);
	await server.sql.run`DELETE FROM events WHERE project_id = ${project.id}`;
	expectError(await session.get("/api/v1/events/tail?after=3"), 410, "events_expired");
	assert.deepEqual((await tail(session, "?after=4")).data, []);
});

test("an event without a sequence isn't there yet", async () => {
	const { project, session, rename } = await make();
	const { id } = await event(project, { server });
	expectStatus(await rename("Name"), 200);
	await fannedOut(session, 1);
	const { data } = await tail(session, "?after=0");
	assert.equal(data.length, 1);
	assert.notEqual(data[0].id, id);
	assert.equal(expectStatus(await session.get(`/api/v1/events/${id}`), 200).sequence, null);
});

test("A-36 with 8 writers at once, who follows the tail sees each event once, in order, without gaps", async () => {
	const { org, project, session } = await make();
	const WRITES = 20;
	const seen = [];
	let after = 0;
	let going = true;
	const reader = (async () => {
		for (let left = 3; left > 0; left -= going ? 0 : 1) {
			let page;
			do {
				page = await tail(session, `?after=${after}&limit=7`);
				seen.push(...page.data);
				after = page.last_sequence;
			} while (page.data.length > 0);
			await sleep(going ? 20 : 1500);
		}
	})();
	await atOnce(8, async (writer) => {
		const key = await org.key();
		for (let i = 0; i < WRITES; i++)
			expectStatus(await key.patch(`/api/v1/projects/${project.id}`, { name: `${writer} ${i}` }), 200);
	});
	going = false;
	await reader;
	assert.deepEqual(seen.map(({ sequence }) => sequence), Array.from({ length: 8 * WRITES }, (_, i) => i + 1));
	assert.equal(new Set(seen.map(({ id }) => id)).size, 8 * WRITES);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${project.id}`, 8 * WRITES);
});

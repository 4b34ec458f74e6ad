// The project's events: list, filters, one, types.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, project: owner.org.defaultProject, session: await owner.session() };
}

test("a change becomes an event of its project, with subject and data", async () => {
	const { owner, project, session } = await make();
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name: "Eventful" }), 200);
	const { data } = expectStatus(await session.get("/api/v1/events"), 200);
	assert.equal(data.length, 1);
	assert.match(data[0].id, /^evt_[a-z0-9]{16}$/);
	assert.deepEqual([data[0].type, data[0].source, data[0].subject_id, data[0].actor_id], ["project.updated", "platform", project.id, owner.id]);
	assert.ok(JSON.stringify(data[0].data).includes("Eventful"));
	assert.equal(expectStatus(await session.get(`/api/v1/events/${data[0].id}`), 200).id, data[0].id);
});

test("filters types (exact, family.*), subject_id, source, from, to", async () => {
	const { project, session, org } = await make();
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name: "One" }), 200);
	expectStatus(await session.patch(`/api/v1/orgs/${org.id}`, { name: "Two" }), 200);
	const types = async (query) => expectStatus(await session.get(`/api/v1/events?${query}`), 200).data.map(({ type }) => type).sort();
	assert.deepEqual(await types(""), ["org.updated", "project.updated"], "an organization's events belong to its default project");
	assert.deepEqual(await types("types=project.updated"), ["project.updated"]);
	assert.deepEqual(await types("types=project.*"), ["project.updated"]);
	assert.deepEqual(await types(`types=${encodeURIComponent("org.*,project.*")}`), ["org.updated", "project.updated"]);
	assert.deepEqual(await types(`subject_id=${org.id}`), ["org.updated"]);
	assert.deepEqual(await types("source=custom"), []);
	expectError(await session.get("/api/v1/events?source=nonsense"), 422, "validation_failed");
	expectError(await session.get("/api/v1/events?subject_id=%C3%B6"), 422, "validation_failed");
});

test("event_types lists every event that audit or these tests name", async () => {
	const { session } = await make();
	const { data } = expectStatus(await session.get("/api/v1/event_types"), 200);
	const types = data.map(({ type }) => type);
	for (const type of ["org.created", "member.added", "invitation.created", "project.created", "project.updated", "project.deleted", "api_key.created", "api_key.rotated", "api_key.revoked", "user.created", "session.created", "password.changed"])
		assert.ok(types.includes(type), type);
	assert.ok(!types.includes("org.deleted"), "org.deleted is audit only");
	assert.ok(data.every(({ description }) => description));
});

test("event.read: a viewer has it not, a member has", async () => {
	const { org } = await make();
	expectError(await (await (await org.member("viewer")).session()).get("/api/v1/events"), 403, "forbidden");
	expectStatus(await (await (await org.member("member")).session()).get("/api/v1/events"), 200);
});

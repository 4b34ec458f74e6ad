// Which project a request works on (conventions.md section 5), and the default that an old organization gets.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectStatus, person, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();
const projectOf = async (client, headers = {}, query = "") => expectStatus(await client.get(`/api/v1/whoami${query}`, { headers }), 200).project?.id;

test("pin > header > default", async () => {
	const owner = await person(server);
	const extra = await owner.org.project();
	const fallback = owner.org.defaultProject;
	const pinned = await owner.org.key({ project: extra });
	const unpinned = await owner.org.key();
	assert.equal(await projectOf(pinned), extra.id);
	assert.equal(await projectOf(pinned, { "X-Project-Id": fallback.id }), extra.id, "TN-03 ignored even when it names another project");
	assert.equal(await projectOf(unpinned), fallback.id);
	assert.equal(await projectOf(unpinned, { "X-Project-Id": extra.id }), extra.id);
	assert.equal(await projectOf(unpinned, {}, `?project_id=${extra.id}`), extra.id);
	assert.equal(await projectOf(unpinned, { "X-Project-Id": extra.id }, `?project_id=${extra.id}`), extra.id);
	const session = await owner.session();
	assert.equal(await projectOf(session), fallback.id);
	assert.equal(await projectOf(session, { "X-Project-Id": extra.id }), extra.id);
});

test("TN-02 header and query that name two projects: 400 ambiguous_project", async () => {
	const owner = await person(server);
	const extra = await owner.org.project();
	const key = await owner.org.key();
	expectError(await key.get(`/api/v1/events?project_id=${extra.id}`, { headers: { "X-Project-Id": owner.org.defaultProject.id } }), 400, "ambiguous_project");
});

test("TN-02 an organization and a project that disagree, both the person's: 400 ambiguous_org", async () => {
	const owner = await person(server);
	const other = await person(server);
	await owner.join(other.org, "owner");
	const session = await owner.session();
	expectStatus(await session.get("/api/v1/events", { headers: { "X-Org-Id": other.org.id, "X-Project-Id": other.org.defaultProject.id } }), 200);
	expectError(await session.get("/api/v1/events", { headers: { "X-Org-Id": other.org.id, "X-Project-Id": owner.org.defaultProject.id } }), 400, "ambiguous_org");
});

test("T-21 an organization found without a default gets one, once", async () => {
	const owner = await person(server);
	await server.sql.run`UPDATE orgs SET default_project_id = NULL WHERE id = ${owner.org.id}`;
	await server.sql.run`UPDATE projects SET status = 'deleted', slug = id WHERE org_id = ${owner.org.id}`;
	const key = await owner.org.key();
	const clients = await atOnce(20, () => key.with({}));
	const answers = await Promise.all(clients.map((client) => client.get("/api/v1/events")));
	assert.deepEqual(tally(answers), { 200: 20 });
	const made = await server.sql.rows`SELECT id, slug, name FROM projects WHERE org_id = ${owner.org.id} AND status = 'active'`;
	assert.equal(made.length, 1);
	assert.equal(await server.sql.value`SELECT default_project_id FROM orgs WHERE id = ${owner.org.id}`, made[0].id);
});

test("X-Org-Id chooses a session's organization; without it the last used one stays", async () => {
	const owner = await person(server);
	const other = await person(server);
	await owner.join(other.org, "viewer");
	const session = await owner.session();
	const orgOf = async (headers) => expectStatus(await session.get("/api/v1/whoami", { headers }), 200).org.id;
	assert.equal(await orgOf({}), owner.org.id);
	assert.equal(await orgOf({ "X-Org-Id": other.org.id }), other.org.id);
	assert.equal(await orgOf({ "X-Project-Id": other.org.defaultProject.id }), other.org.id, "the project implies it");
});

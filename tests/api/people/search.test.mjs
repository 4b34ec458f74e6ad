// GET /people/search: people one shares an organization with, never others.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectField, expectStatus, makeSlug, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

const find = async (client, query) => expectStatus(await client.get(`/api/v1/people/search?${query}`), 200);

test("by name and address, with the shared organizations and the role in each; strangers of the same name aren't there", async () => {
	const name = makeSlug("Ada");
	const me = await person(server);
	const second = await person(server);
	await me.join(second.org, "viewer");
	const ada = await me.org.member("admin", { name });
	await ada.join(second.org, "member");
	const elsewhere = await person(server, { name });
	await ada.join(elsewhere.org, "owner");
	const session = await me.session();
	const wanted = [{
		user_id: ada.id, name, email: ada.email, image_url: null,
		orgs: [{ id: me.org.id, role: "admin" }, { id: second.org.id, role: "member" }].sort((a, b) => (a.id < b.id ? -1 : 1)),
	}];
	assert.deepEqual((await find(session, `q=${name}`)).data, wanted);
	assert.deepEqual((await find(session, `q=${name.slice(3).toUpperCase()}`)).data, wanted);
	assert.deepEqual((await find(session, `q=${encodeURIComponent(ada.email)}`)).data, wanted);
	assert.deepEqual((await find(session, "q=%25%25")).data, []);
	const narrowed = [{ ...wanted[0], orgs: [{ id: me.org.id, role: "admin" }] }];
	assert.deepEqual((await find(await me.token(), `q=${name}`)).data, narrowed, "a token sees its own organization");
	await server.sql.run`UPDATE orgs SET status = 'suspended' WHERE id = ${second.org.id}`;
	assert.deepEqual((await find(session, `q=${name}`)).data, narrowed);
});

test("20 when no limit is named, at most 50; pages add up", async () => {
	const name = makeSlug("Crowd");
	const me = await person(server);
	for (let i = 0; i < 52; i++)
		await me.org.member("viewer", { name });
	const session = await me.session();
	const first = await find(session, `q=${name}&include_total=true`);
	assert.deepEqual([first.data.length, first.total], [20, 52]);
	const most = await find(session, `q=${name}&limit=50`);
	assert.equal(most.data.length, 50);
	const rest = await find(session, `q=${name}&limit=50&cursor=${most.next_cursor}`);
	assert.deepEqual([rest.data.length, rest.next_cursor], [2, null]);
	assert.equal(new Set([...most.data, ...rest.data].map(({ user_id }) => user_id)).size, 52);
	for (const limit of [0, 51])
		expectField(await session.get(`/api/v1/people/search?q=${name}&limit=${limit}`), "limit", "range");
	for (const q of ["a", "a".repeat(101)])
		expectField(await session.get(`/api/v1/people/search?q=${q}`), "q", "length");
});

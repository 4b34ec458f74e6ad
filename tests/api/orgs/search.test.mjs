// GET /orgs/search: organizations that let themselves be found.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, makeSlug, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

const show = (org) => server.sql.run`UPDATE orgs SET discoverable = TRUE WHERE id = ${org.id}`;

test("finds discoverable organizations by part of the name or slug, whoever asks; with the number of members", async () => {
	const word = makeSlug("zebra");
	const owner = await person(server, { orgName: `The ${word} company` });
	await owner.org.member("viewer");
	const stranger = await (await person(server)).session();
	const find = async (q) => expectStatus(await stranger.get(`/api/v1/orgs/search?q=${encodeURIComponent(q)}`), 200).data;
	assert.deepEqual(await find(word), [], "hidden until it's turned on");
	const session = await owner.session();
	expectStatus(await session.patch(`/api/v1/orgs/${owner.org.id}`, { discoverable: true, description: "Stripes" }), 200);
	const wanted = [{ id: owner.org.id, name: owner.org.name, slug: owner.org.slug, description: "Stripes", logo_url: null, member_count: 2 }];
	assert.deepEqual(await find(word), wanted);
	assert.deepEqual(await find(word.toUpperCase()), wanted);
	assert.deepEqual(await find(owner.org.slug.slice(2)), wanted);
	assert.deepEqual(await find("%%"), [], "no wildcards");
	for (const status of ["suspended", "deleted"]) {
		await server.sql.run`UPDATE orgs SET status = ${status} WHERE id = ${owner.org.id}`;
		assert.deepEqual(await find(word), []);
	}
});

test("pages by name", async () => {
	const word = makeSlug("page");
	const names = ["b", "a", "c", "a"].map((letter) => `${letter} ${word}`);
	for (const orgName of names)
		await show((await person(server, { orgName })).org);
	const stranger = await (await person(server)).session();
	const seen = [];
	for (let cursor = ""; cursor !== null;) {
		const page = expectStatus(await stranger.get(`/api/v1/orgs/search?q=${word}&limit=1&include_total=true${cursor && `&cursor=${cursor}`}`), 200);
		assert.equal(page.total, 4);
		seen.push(...page.data);
		cursor = page.next_cursor;
	}
	assert.deepEqual(seen.map(({ name }) => name), [...names].sort());
	assert.equal(new Set(seen.map(({ id }) => id)).size, 4);
});

test("q has 2 to 100 characters; T-30 a personal token: 403", async () => {
	const owner = await person(server);
	const session = await owner.session();
	expectField(await session.get("/api/v1/orgs/search"), "q", "required");
	for (const q of ["a", "a".repeat(101)])
		expectField(await session.get(`/api/v1/orgs/search?q=${q}`), "q", "length");
	expectStatus(await session.get(`/api/v1/orgs/search?q=${"a".repeat(100)}`), 200);
	expectError(await (await owner.token()).get("/api/v1/orgs/search?q=abc"), 403, "credential_not_allowed");
});

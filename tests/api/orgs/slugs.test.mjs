// Slugs of organizations that are derived from names (tenancy.md section 3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectStatus, makeSlug, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

test("thirty organizations of one name at once: each is made, each with a slug of its own", async () => {
	const owner = await person(server);
	const session = await owner.session();
	await session.csrf();
	const name = makeSlug("flood");
	const made = await atOnce(30, async () => expectStatus(await session.post("/api/v1/orgs", { name }), 201).slug);
	assert.equal(new Set(made).size, 30);
	assert.ok(made.includes(name));
	for (const slug of made)
		assert.match(slug, new RegExp(`^${name}(-[a-z0-9]+)?$`));
});

test("the twenty-first gets random characters, so that no number of earlier ones is in the way", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const name = makeSlug("many");
	for (let i = 1; i <= 20; i++)
		assert.equal(expectStatus(await session.post("/api/v1/orgs", { name }), 201).slug, i === 1 ? name : `${name}-${i}`);
	assert.match(expectStatus(await session.post("/api/v1/orgs", { name }), 201).slug, new RegExp(`^${name}-[a-z0-9]{6}$`));
	expectError(await session.post("/api/v1/orgs", { name, slug: name }), 409, "slug_conflict");
});

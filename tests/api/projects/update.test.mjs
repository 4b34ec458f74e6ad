// PATCH /projects/{id}: merge, promotion, preconditions.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, makeSlug, operator, override, person, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	const extra = await owner.org.project({ name: "Extra" });
	return { owner, org: owner.org, extra, fallback: owner.org.defaultProject, session: await owner.session(), at: `/api/v1/projects/${extra.id}` };
}

const defaultOf = (org) => server.sql.value`SELECT default_project_id FROM orgs WHERE id = ${org.id}`;

test("what is named changes, the rest stays, null clears", async () => {
	const { session, at, extra } = await make();
	const changed = expectStatus(await session.patch(at, { description: "Text", logo_url: "https://example.com/l.png" }), 200);
	assert.equal(changed.name, extra.name);
	assert.equal(changed.description, "Text");
	const cleared = expectStatus(await session.patch(at, { description: null }), 200);
	assert.equal(cleared.description, null);
	assert.equal(cleared.logo_url, "https://example.com/l.png");
	expectField(await session.patch(at, { name: null }), "name");
});

test("name, slug, type and redirect_uris change", async () => {
	const { session, at } = await make();
	const slug = makeSlug();
	const uris = ["https://a.example.com/cb", "https://b.example.com/cb"];
	const changed = expectStatus(await session.patch(at, { name: "New name", slug, type: "mcp", redirect_uris: uris }), 200);
	assert.equal(changed.name, "New name");
	assert.equal(changed.slug, slug);
	assert.equal(changed.type, "mcp");
	assert.deepEqual([...changed.redirect_uris].sort(), uris);
	assert.deepEqual(expectStatus(await session.get(at), 200), changed);
});

test("T-14 an empty PATCH: 422 rule empty_patch", async () => {
	const { session, at } = await make();
	const error = expectError(await session.patch(at, {}), 422, "validation_failed");
	assert.ok(error.details.fields.some(({ rule }) => rule === "empty_patch"));
	expectStatus(await session.patch(at, { name: "x" }), 200);
});

test("T-14 environment in PATCH: 422 rule immutable; in SQL the trigger refuses", async () => {
	const { session, at, extra } = await make();
	expectField(await session.patch(at, { environment: "test" }), "environment", "immutable");
	expectField(await session.patch(at, { environment: "live" }), "environment", "immutable");
	await assert.rejects(server.sql.run`UPDATE projects SET environment = 'test' WHERE id = ${extra.id}`, (error) => error.errno === 1644);
	assert.equal(await server.sql.value`SELECT environment FROM projects WHERE id = ${extra.id}`, "live");
});

test("a slug that is taken: 409; reserved: 422; its own again: 200", async () => {
	const { session, at, org, extra } = await make();
	const other = await org.project();
	expectError(await session.patch(at, { slug: other.slug }), 409, "slug_conflict");
	expectError(await session.patch(at, { slug: "console" }), 422, "slug_reserved");
	expectStatus(await session.patch(at, { slug: extra.slug }), 200);
});

test("T-20 redirect_uris: an empty list is 422, a bad one names its index", async () => {
	const { session, at } = await make();
	expectField(await session.patch(at, { redirect_uris: [] }), "redirect_uris");
	expectField(await session.patch(at, { redirect_uris: ["https://a.example.com/", "ftp://x"] }), "redirect_uris[1]", "scheme");
});

test("T-14 is_default: true promotes, the old default is one no more; false: 422 rule cannot_unset_default", async () => {
	const { session, at, org, extra, fallback } = await make();
	expectField(await session.patch(`/api/v1/projects/${fallback.id}`, { is_default: false }), "is_default", "cannot_unset_default");
	const promoted = expectStatus(await session.patch(at, { is_default: true }), 200);
	assert.equal(promoted.is_default, true);
	assert.equal(await defaultOf(org), extra.id);
	assert.equal(expectStatus(await session.get(`/api/v1/projects/${fallback.id}`), 200).is_default, false);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE org_id = ${org.id} AND action = 'project.default_changed'`, 1);
});

test("T-14 promotion looks at the organization role", async () => {
	const { at, org, extra } = await make();
	const member = await org.member("member");
	await override(extra, member, "admin");
	const session = await member.session();
	expectStatus(await session.patch(at, { description: "may" }), 200);
	expectError(await session.patch(at, { is_default: true }), 403, "forbidden");
});

test("T-14 two promotions at once: both 200, and exactly one default", async () => {
	const { owner, org, extra } = await make();
	const other = await org.project();
	const sessions = await atOnce(20, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one, i) => one.patch(`/api/v1/projects/${(i % 2 ? extra : other).id}`, { is_default: true })));
	assert.deepEqual(tally(answers), { 200: 20 });
	assert.ok([extra.id, other.id].includes(await defaultOf(org)));
	const { data } = expectStatus(await sessions[0].get("/api/v1/projects?is_default=true"), 200);
	assert.equal(data.length, 1);
});

test("T-14 the console is never the default: 422 rule console_never_default", async () => {
	const session = await (await operator(server)).session();
	expectField(await session.patch(`/api/v1/projects/${server.consoleId}`, { is_default: true }), "is_default", "console_never_default");
	assert.notEqual(await server.sql.value`SELECT default_project_id FROM orgs WHERE id = ${server.operatorOrgId}`, server.consoleId);
});

test("the console keeps its slug; its name may change and change back", async () => {
	const session = await (await operator(server)).session();
	const at = `/api/v1/projects/${server.consoleId}`;
	expectField(await session.patch(at, { slug: "elsewhere" }), "slug", "immutable");
	const { name, slug } = expectStatus(await session.patch(at, { slug: "console", description: "Project zero" }), 200);
	assert.deepEqual([name, slug], ["Console", "console"]);
	expectStatus(await session.patch(at, { description: null }), 200);
});

test("If-Match: the current ETag passes, an old one is 412 and changes nothing", async () => {
	const { session, at } = await make();
	const { etag } = (await session.get(at)).headers;
	expectStatus(await session.patch(at, { name: "One" }, { headers: { "If-Match": etag } }), 200);
	expectError(await session.patch(at, { name: "Two" }, { headers: { "If-Match": etag } }), 412, "precondition_failed");
	assert.equal(expectStatus(await session.get(at), 200).name, "One");
	expectStatus(await session.patch(at, { name: "Three" }, { headers: { "If-Match": "*" } }), 200);
});

test("a PATCH that changes nothing is 200", async () => {
	const { session, at, extra } = await make();
	assert.equal(expectStatus(await session.patch(at, { name: extra.name }), 200).name, extra.name);
});

test("T-37 the audit row stands in the project's chain and says old and new", async () => {
	const { session, at, extra } = await make();
	expectStatus(await session.patch(at, { name: "Renamed" }), 200);
	const row = await server.sql.row`SELECT action, changes FROM audit_events WHERE chain_id = ${extra.id}`;
	assert.equal(row.action, "project.updated");
	assert.deepEqual(JSON.parse(row.changes), { name: ["Extra", "Renamed"] });
});

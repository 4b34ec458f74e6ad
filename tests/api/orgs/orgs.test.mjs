// Organizations: make, list, read, change, delete.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, makeSlug, MINUTE, operator, person, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();

test("POST /orgs makes an organization whose owner is the caller, with a live web default project and one redirect URI", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const slug = makeSlug();
	const org = expectStatus(await session.post("/api/v1/orgs", { name: "Acme", slug, description: "Makers", discoverable: true }), 201);
	assert.match(org.id, /^org_[a-z0-9]{16}$/);
	assert.equal(org.name, "Acme");
	assert.equal(org.slug, slug);
	assert.equal(org.description, "Makers");
	assert.equal(org.discoverable, true);
	assert.equal(org.role, "owner");
	assert.equal(org.plan, null);
	assert.equal(org.status, "active");
	const { data } = expectStatus(await session.get("/api/v1/projects", { headers: { "X-Org-Id": org.id } }), 200);
	assert.equal(data.length, 1);
	assert.equal(data[0].id, org.default_project_id);
	assert.equal(data[0].slug, "default");
	assert.equal(data[0].name, "Default");
	assert.equal(data[0].environment, "live");
	assert.equal(data[0].type, "web");
	assert.equal(data[0].is_default, true);
	assert.deepEqual(data[0].redirect_uris, ["http://localhost/callback"]);
});

test("slugs are unique in the installation: taken 409; derived ones step on; `org` when nothing is left", async () => {
	const one = await (await person(server)).session();
	const two = await (await person(server)).session();
	const slug = makeSlug();
	expectStatus(await one.post("/api/v1/orgs", { name: "A", slug }), 201);
	expectError(await two.post("/api/v1/orgs", { name: "B", slug }), 409, "slug_conflict");
	const derived = expectStatus(await one.post("/api/v1/orgs", { name: slug }), 201).slug;
	assert.equal(derived, `${slug}-2`);
	assert.match(expectStatus(await two.post("/api/v1/orgs", { name: "???" }), 201).slug, /^org(-\d+)?$/);
	for (const bad of ["", "A", "a b", "x".repeat(65)])
		expectField(await one.post("/api/v1/orgs", { name: "n", slug: bad }), "slug");
});

test("fifty POST /orgs at once with one slug: one 201", async () => {
	const owner = await person(server);
	const slug = makeSlug();
	const sessions = await atOnce(50, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => one.post("/api/v1/orgs", { name: "Race", slug })));
	assert.deepEqual(tally(answers), { 201: 1, 409: 49 });
});

test("GET /orgs: a session sees its organizations, a token and a key the bound one", async () => {
	const owner = await person(server);
	const second = await person(server);
	await owner.join(second.org, "viewer");
	const seen = async (client) => expectStatus(await client.get("/api/v1/orgs"), 200).data.map(({ id, role }) => `${id} ${role}`).sort();
	assert.deepEqual(await seen(await owner.session()), [`${owner.org.id} owner`, `${second.org.id} viewer`].sort());
	assert.deepEqual(await seen(await owner.token()), [`${owner.org.id} owner`]);
	assert.deepEqual(await seen(await owner.org.key()), [`${owner.org.id} null`]);
});

test("PATCH /orgs/{id}: fields change, null clears, an unknown or empty body is refused", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const at = `/api/v1/orgs/${owner.org.id}`;
	const slug = makeSlug();
	const changed = expectStatus(await session.patch(at, { name: "New", slug, description: "d", logo_url: "https://example.com/l.png", discoverable: true }), 200);
	assert.deepEqual([changed.name, changed.slug, changed.description, changed.logo_url, changed.discoverable], ["New", slug, "d", "https://example.com/l.png", true]);
	assert.equal(expectStatus(await session.patch(at, { description: null }), 200).description, null);
	expectError(await session.patch(at, {}), 422, "validation_failed");
	expectField(await session.patch(at, { status: "suspended" }), "status", "unknown");
	expectField(await session.patch(at, { plan: "pro" }), "plan", "unknown");
	const other = await person(server);
	expectError(await session.patch(at, { slug: other.org.slug }), 409, "slug_conflict");
	const row = await server.sql.rows`SELECT changes FROM audit_events WHERE chain_id = ${owner.org.id} AND action = 'org.updated'`;
	assert.equal(row.length, 2, "one audit row a change");
});

test("ETag of an organization moves with what is shown, not with its members", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const at = `/api/v1/orgs/${owner.org.id}`;
	const { etag } = (await session.get(at)).headers;
	const member = await owner.org.member("viewer");
	expectStatus(await session.delete(`/api/v1/members/${member.memberId}`), 204);
	expectStatus(await session.patch(at, { name: "Renamed" }, { headers: { "If-Match": etag } }), 200);
	expectError(await session.patch(at, { name: "Again" }, { headers: { "If-Match": etag } }), 412, "precondition_failed");
});

test("DELETE /orgs/{id}: needs the slug and a sign-in no older than 5 minutes", async () => {
	const owner = await person(server);
	const session = await owner.session();
	const at = `/api/v1/orgs/${owner.org.id}`;
	expectField(await session.delete(at), "confirm");
	expectField(await session.delete(`${at}?confirm=wrong`), "confirm");
	const old = await owner.session({ signedInAgo_ms: 6 * MINUTE });
	expectError(await old.delete(`${at}?confirm=${owner.org.slug}`), 403, "reauthentication_required");
	const young = await owner.session({ signedInAgo_ms: 4 * MINUTE });
	expectStatus(await young.delete(`${at}?confirm=${owner.org.slug}`), 204);
});

test("T-16 a deleted organization: its keys and tokens stop, its projects are deleted, its slug is free, audit rows stay", async () => {
	const owner = await person(server);
	const { org } = owner;
	const extra = await org.project();
	const [key, pinned, token] = [await org.key(), await org.key({ project: extra }), await owner.token()];
	for (const client of [key, pinned, token])
		expectStatus(await client.get("/api/v1/whoami"), 200);
	const session = await owner.session();
	expectStatus(await session.delete(`/api/v1/orgs/${org.id}?confirm=${org.slug}`), 204);
	for (const client of [key, pinned, token])
		expectError(await client.get("/api/v1/whoami"), 401, "unauthorized");
	expectError(await session.get(`/api/v1/orgs/${org.id}`), 404, "not_found");
	assert.deepEqual((await server.sql.rows`SELECT DISTINCT status FROM projects WHERE org_id = ${org.id}`).map(({ status }) => status), ["deleted"]);
	assert.ok(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${org.id} AND action = 'org.deleted'`);
	expectStatus(await (await (await person(server)).session()).post("/api/v1/orgs", { name: "Heir", slug: org.slug }), 201);
});

test("the operator organization can't be deleted: 409 cannot_delete_operator_org", async () => {
	const session = await (await operator(server)).session();
	const { slug } = expectStatus(await session.get(`/api/v1/orgs/${server.operatorOrgId}`), 200);
	expectError(await session.delete(`/api/v1/orgs/${server.operatorOrgId}?confirm=${slug}`), 409, "cannot_delete_operator_org");
});

test("T-30 POST /orgs by a personal token: 403 credential_not_allowed", async () => {
	const owner = await person(server);
	expectError(await (await owner.token()).post("/api/v1/orgs", { name: "n" }), 403, "credential_not_allowed");
	expectStatus(await (await owner.session()).post("/api/v1/orgs", { name: "n" }), 201);
});

test("TN-10 a suspended organization: 403 org_suspended for people and keys; afterwards all works", async () => {
	const owner = await person(server);
	const clients = [await owner.session(), await owner.token(), await owner.org.key()];
	await server.sql.run`UPDATE orgs SET status = 'suspended' WHERE id = ${owner.org.id}`;
	for (const client of clients)
		expectError(await client.get("/api/v1/projects"), 403, "org_suspended");
	await server.sql.run`UPDATE orgs SET status = 'active' WHERE id = ${owner.org.id}`;
	for (const client of clients)
		expectStatus(await client.get("/api/v1/projects"), 200);
});

// GET /projects and /projects/{id}: who sees what, filters, pages, totals, ETag.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, makeId, override, person, sharedServer, withoutRequestId } from "../../harness/index.mjs";

const server = await sharedServer();
const ids = (answer) => expectStatus(answer, 200).data.map(({ id }) => id);

async function withProjects() {
	const owner = await person(server);
	const { org } = owner;
	const a = await org.project({ name: "Apple", slug: "apple" });
	const b = await org.project({ name: "Banana", slug: "banana", environment: "test" });
	return { owner, org, a, b, fallback: org.defaultProject, session: await owner.session() };
}

test("default first, then newest", async () => {
	const { session, a, b, fallback } = await withProjects();
	assert.deepEqual(ids(await session.get("/api/v1/projects")), [fallback.id, b.id, a.id]);
});

test("filters: is_default, environment, search in name, slug and id", async () => {
	const { session, a, b, fallback } = await withProjects();
	assert.deepEqual(ids(await session.get("/api/v1/projects?is_default=true")), [fallback.id]);
	assert.deepEqual(ids(await session.get("/api/v1/projects?is_default=false")), [b.id, a.id]);
	assert.deepEqual(ids(await session.get("/api/v1/projects?environment=test")), [b.id]);
	assert.deepEqual(ids(await session.get("/api/v1/projects?search=APPL")), [a.id]);
	assert.deepEqual(ids(await session.get("/api/v1/projects?search=banan")), [b.id]);
	assert.deepEqual(ids(await session.get(`/api/v1/projects?search=${a.id}`)), [a.id]);
	assert.deepEqual(ids(await session.get("/api/v1/projects?search=%25")), [], "% is a character, not a pattern");
	assert.deepEqual(ids(await session.get("/api/v1/projects?search=%C3%B6")), [], "no slug can hold it");
	expectError(await session.get("/api/v1/projects?environment=prod"), 422, "validation_failed");
	expectError(await session.get(`/api/v1/projects?search=${"x".repeat(101)}`), 422, "validation_failed");
});

test("pages by cursor reach everything once and stay stable under inserts", async () => {
	const { session, org, a, b, fallback } = await withProjects();
	const first = expectStatus(await session.get("/api/v1/projects?limit=2"), 200);
	assert.deepEqual(first.data.map(({ id }) => id), [fallback.id, b.id]);
	await org.project({ name: "Later" });
	const second = expectStatus(await session.get(`/api/v1/projects?limit=2&cursor=${first.next_cursor}`), 200);
	assert.deepEqual(second.data.map(({ id }) => id), [a.id]);
	assert.equal(second.next_cursor, null);
});

test("include_total counts inside the organization (TN-17); without it there is no total", async () => {
	const { session } = await withProjects();
	assert.equal(expectStatus(await session.get("/api/v1/projects?include_total=true&limit=1"), 200).total, 3);
	assert.ok(!("total" in expectStatus(await session.get("/api/v1/projects"), 200)));
});

test("limit is 1 to 100; TN-16 a forged, foreign or differently filtered cursor is 400 invalid_cursor", async () => {
	const { session } = await withProjects();
	for (const limit of ["0", "101", "-1", "x", "1.5", ""])
		expectError(await session.get(`/api/v1/projects?limit=${limit}`), 422, "validation_failed");
	const { next_cursor: cursor } = expectStatus(await session.get("/api/v1/projects?limit=1"), 200);
	expectStatus(await session.get(`/api/v1/projects?limit=1&cursor=${cursor}`), 200);
	const changed = cursor.slice(0, -1) + (cursor.endsWith("A") ? "B" : "A");
	for (const bad of ["x", changed, `${cursor}A`])
		expectError(await session.get(`/api/v1/projects?limit=1&cursor=${bad}`), 400, "invalid_cursor");
	expectError(await session.get(`/api/v1/projects?limit=1&environment=live&cursor=${cursor}`), 400, "invalid_cursor");
	expectError(await session.get(`/api/v1/members?limit=1&cursor=${cursor}`), 400, "invalid_cursor");
});

test("T-18 a pinned key lists its project alone; other ids are 404; its header is ignored", async () => {
	const { org, a, fallback } = await withProjects();
	const key = await org.key({ project: a });
	assert.deepEqual(ids(await key.get("/api/v1/projects")), [a.id]);
	assert.deepEqual(ids(await key.get("/api/v1/projects", { headers: { "X-Project-Id": fallback.id } })), [a.id]);
	expectStatus(await key.get(`/api/v1/projects/${a.id}`), 200);
	expectError(await key.get(`/api/v1/projects/${fallback.id}`), 404, "not_found");
});

test("T-18 an unpinned key lists those of its environment; another's is the 401 of rule 29", async () => {
	const { org, a, b, fallback } = await withProjects();
	const live = await org.key({ environment: "live" });
	const test_ = await org.key({ environment: "test" });
	assert.deepEqual(ids(await live.get("/api/v1/projects")), [fallback.id, a.id]);
	assert.deepEqual(ids(await test_.get("/api/v1/projects")), [b.id]);
	expectStatus(await test_.get(`/api/v1/projects/${b.id}`), 200);
	const error = expectError(await live.get(`/api/v1/projects/${b.id}`), 401, "unauthorized");
	assert.deepEqual(error.details, { key_environment: "live", project_environment: "test", project_id: b.id });
});

test("the role shown is the effective one, a key's is null", async () => {
	const { org, fallback } = await withProjects();
	const member = await org.member("member");
	await override(fallback, member, "admin");
	assert.equal(expectStatus(await (await member.session()).get(`/api/v1/projects/${fallback.id}`), 200).role, "admin");
	assert.equal(expectStatus(await (await org.key()).get(`/api/v1/projects/${fallback.id}`), 200).role, null);
});

test("ETag: If-None-Match gives 304 until something shown changes, also the caller's role", async () => {
	const { org, session, fallback } = await withProjects();
	const target = `/api/v1/projects/${fallback.id}`;
	const { etag } = (await session.get(target)).headers;
	assert.ok(etag);
	const same = await session.get(target, { headers: { "If-None-Match": etag } });
	assert.equal(same.status, 304);
	assert.equal(same.text, "");
	const admin = await org.member("admin");
	assert.notEqual((await (await admin.session()).get(target)).headers.etag, etag, "another role is another body");
	expectStatus(await session.patch(target, { description: "changed" }), 200);
	assert.equal((await session.get(target, { headers: { "If-None-Match": etag } })).status, 200);
});

test("a deleted project and one that never was answer alike", async () => {
	const { session, b } = await withProjects();
	expectStatus(await session.delete(`/api/v1/projects/${b.id}?confirm=${b.slug}`), 204);
	const gone = await session.get(`/api/v1/projects/${b.id}`);
	expectError(gone, 404, "not_found");
	assert.equal(withoutRequestId(gone), withoutRequestId(await session.get(`/api/v1/projects/${makeId("prj")}`)));
});

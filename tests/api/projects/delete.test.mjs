// DELETE /projects/{id}: what can't be deleted, what stops, and the race with promotion.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, makeSlug, operator, override, person, sharedServer, withoutRequestId } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	const extra = await owner.org.project();
	return { owner, org: owner.org, extra, fallback: owner.org.defaultProject, session: await owner.session() };
}

const at = (project, confirm = project.slug) => `/api/v1/projects/${project.id}${confirm === null ? "" : `?confirm=${confirm}`}`;

test("T-15 the only project: 409 cannot_delete_last_project", async () => {
	const owner = await person(server);
	expectError(await (await owner.session()).delete(at(owner.org.defaultProject)), 409, "cannot_delete_last_project");
});

test("T-15 the default of several: 409 cannot_delete_default; after promotion of another: 204", async () => {
	const { session, extra, fallback } = await make();
	expectError(await session.delete(at(fallback)), 409, "cannot_delete_default");
	expectStatus(await session.patch(`/api/v1/projects/${extra.id}`, { is_default: true }), 200);
	expectStatus(await session.delete(at(fallback)), 204);
});

test("T-15 the console: 409 cannot_delete_console", async () => {
	const session = await (await operator(server)).session();
	expectError(await session.delete(`/api/v1/projects/${server.consoleId}?confirm=console`), 409, "cannot_delete_console");
	assert.equal(await server.sql.value`SELECT status FROM projects WHERE id = ${server.consoleId}`, "active");
});

test("confirm is required for a session and must be the slug; programs need none", async () => {
	const { session, org, owner, extra } = await make();
	expectField(await session.delete(at(extra, null)), "confirm");
	expectField(await session.delete(at(extra, "wrong")), "confirm");
	assert.equal(await server.sql.value`SELECT status FROM projects WHERE id = ${extra.id}`, "active");
	expectStatus(await (await owner.token()).delete(at(extra, null)), 204);
	const another = await org.project();
	expectStatus(await (await org.key()).delete(at(another, null)), 204);
});

test("T-16 at commit its keys stop with the one identical 401, and the slug is free", async () => {
	const { session, org, extra } = await make();
	const pinned = await org.key({ project: extra });
	const unpinned = await org.key();
	expectStatus(await pinned.get("/api/v1/whoami"), 200);
	expectStatus(await session.delete(at(extra)), 204);
	const dead = await pinned.get("/api/v1/whoami");
	expectError(dead, 401, "unauthorized");
	const never = await unpinned.with({ bearer: "gsk_live_x" }).get("/api/v1/whoami");
	assert.equal(withoutRequestId(dead), withoutRequestId(never));
	expectStatus(await unpinned.get("/api/v1/whoami"), 200);
	const row = await server.sql.row`SELECT status, slug FROM projects WHERE id = ${extra.id}`;
	assert.deepEqual(row, { status: "deleted", slug: extra.id });
	expectStatus(await session.post("/api/v1/projects", { name: "Again", slug: extra.slug }), 201);
});

test("T-16 no undo: every route of the project is 404, also the delete itself", async () => {
	const { session, extra } = await make();
	expectStatus(await session.delete(at(extra)), 204);
	expectError(await session.delete(at(extra)), 404, "not_found");
	expectError(await session.get(`/api/v1/projects/${extra.id}`), 404, "not_found");
	expectError(await session.patch(`/api/v1/projects/${extra.id}`, { name: "x" }), 404, "not_found");
	expectError(await session.get(`/api/v1/projects/${extra.id}/members`), 404, "not_found");
	expectError(await session.get("/api/v1/events", { headers: { "X-Project-Id": extra.id } }), 404, "not_found");
	expectError(await session.get(`/api/v1/clients/${extra.clientId}`, { headers: { "X-Project-Id": extra.id } }), 404, "not_found");
	const config = await session.get(`/api/v1/public/sign_in_config?client_id=${extra.clientId}`);
	expectError(config, 404, "not_found");
});

test("T-16 audit rows stay; the organization's chain gets project.deleted with counts", async () => {
	const { session, org, extra } = await make();
	await org.key({ project: extra });
	await org.key({ project: extra });
	expectStatus(await session.patch(`/api/v1/projects/${extra.id}`, { name: "Soon gone" }), 200);
	expectStatus(await session.delete(at(extra)), 204);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${extra.id} AND action = 'project.updated'`, 1);
	const row = await server.sql.row`SELECT target_id, changes FROM audit_events WHERE chain_id = ${org.id} AND action = 'project.deleted'`;
	assert.equal(row.target_id, extra.id);
	const changes = JSON.parse(row.changes);
	assert.ok(JSON.stringify(changes).includes("2"), `two keys are counted: ${row.changes}`);
});

test("T-15 deleting and promoting one project at once: never a deleted default", async () => {
	for (let round = 0; round < 8; round++) {
		const { owner, org, extra } = await make();
		const [one, two] = await atOnce(2, () => owner.session());
		await Promise.all([one.csrf(), two.csrf()]);
		const [removed, promoted] = await Promise.all([one.delete(at(extra)), two.patch(`/api/v1/projects/${extra.id}`, { is_default: true })]);
		const row = await server.sql.row`SELECT p.status FROM orgs o JOIN projects p ON p.id = o.default_project_id WHERE o.id = ${org.id}`;
		assert.equal(row.status, "active");
		if (removed.status === 204)
			assert.ok([404, 409].includes(promoted.status), `promotion: ${promoted.status}`);
		else {
			expectError(removed, 409, "cannot_delete_default");
			expectStatus(promoted, 200);
		}
	}
});

test("T-15 fifty deletions at once of one project: one 204", async () => {
	const { owner, extra } = await make();
	const sessions = await atOnce(20, () => owner.session());
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => one.delete(at(extra))));
	assert.equal(answers.filter(({ status }) => status === 204).length, 1);
	for (const answer of answers.filter(({ status }) => status !== 204))
		expectError(answer, 404, "not_found");
});

test("T-15 two projects left, each deleted by another at once: one stays", async () => {
	for (let round = 0; round < 5; round++) {
		const { owner, org, extra } = await make();
		const third = await org.project({ slug: makeSlug() });
		const [one, two] = await atOnce(2, () => owner.session());
		await Promise.all([one.csrf(), two.csrf()]);
		await Promise.all([one.delete(at(extra)), two.delete(at(third))]);
		assert.ok((await server.sql.value`SELECT COUNT(*) FROM projects WHERE org_id = ${org.id} AND status = 'active'`) >= 1);
	}
});

test("project.delete looks at the organization role, not at an override", async () => {
	const { org, extra } = await make();
	const manager = await org.member("manager");
	await override(extra, manager, "admin");
	expectError(await (await manager.session()).delete(at(extra)), 403, "forbidden");
	const admin = await org.member("admin");
	await override(extra, admin, "viewer");
	expectStatus(await (await admin.session()).delete(at(extra)), 204);
});

test("If-Match with a stale ETag: 412, the project lives", async () => {
	const { session, extra } = await make();
	const { etag } = (await session.get(`/api/v1/projects/${extra.id}`)).headers;
	expectStatus(await session.patch(`/api/v1/projects/${extra.id}`, { name: "Newer" }), 200);
	expectError(await session.delete(at(extra), { headers: { "If-Match": etag } }), 412, "precondition_failed");
	expectStatus(await session.get(`/api/v1/projects/${extra.id}`), 200);
});

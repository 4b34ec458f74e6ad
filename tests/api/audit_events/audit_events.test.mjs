// Reading the audit log, and that it can only grow.

import assert from "node:assert/strict";
import { test } from "node:test";
import { PASSWORDS } from "../../harness/mariadb.mjs";
import { Sql } from "../../harness/sql.mjs";
import { auditEvent, DAY, expectError, expectStatus, fromNow, override, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, project: owner.org.defaultProject, session: await owner.session() };
}

test("the project's chain by default, newest first; chain=org shows the organization's", async () => {
	const { org, project, session, owner } = await make();
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name: "One" }), 200);
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name: "Two" }), 200);
	expectStatus(await session.patch(`/api/v1/orgs/${org.id}`, { name: "Renamed" }), 200);
	const { data } = expectStatus(await session.get("/api/v1/audit_events"), 200);
	assert.deepEqual(data.map(({ action, changes }) => [action, changes.name[1]]), [["project.updated", "Two"], ["project.updated", "One"]]);
	assert.equal(data[0].chain, project.id);
	assert.deepEqual(data[0].actor, { kind: "user", id: owner.id, label: owner.email });
	assert.equal(data[0].target.id, project.id);
	assert.equal(data[0].target.type, "project");
	assert.match(data[0].ip, /^127\./);
	const org_ = expectStatus(await session.get("/api/v1/audit_events?chain=org"), 200).data;
	assert.deepEqual(org_.map(({ action }) => action), ["org.updated"]);
	assert.equal(org_[0].chain, org.id);
	const one = expectStatus(await session.get(`/api/v1/audit_events/${data[0].id}`), 200);
	assert.equal(one.id, data[0].id);
});

test("filters action, actor_id, target_id, from, to", async () => {
	const { owner, project, session, org } = await make();
	expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name: "One" }), 200);
	await auditEvent(org, { project, action: "project_member.set", target_id: owner.id });
	const count = async (query) => expectStatus(await session.get(`/api/v1/audit_events?${query}`), 200).data.length;
	assert.equal(await count("action=project.updated"), 1);
	assert.equal(await count(`target_id=${project.id}`), 1);
	assert.equal(await count(`actor_id=${owner.id}`), 2);
	assert.equal(await count(`from=${fromNow(-DAY)}&to=${fromNow(DAY)}`), 2);
	assert.equal(await count(`from=${fromNow(DAY)}`), 0);
	assert.equal(await count(`to=${fromNow(-DAY)}`), 0);
	expectError(await session.get("/api/v1/audit_events?from=yesterday"), 422, "validation_failed");
	for (const name of ["action", "actor_id", "target_id"])
		expectError(await session.get(`/api/v1/audit_events?${name}=%C3%B6`), 422, "validation_failed");
});

test("a pinned key reads its project's chain; chain=org is 403 credential_not_allowed", async () => {
	const { org, project } = await make();
	const pinned = await org.key({ project });
	expectStatus(await pinned.get("/api/v1/audit_events"), 200);
	expectError(await pinned.get("/api/v1/audit_events?chain=org"), 403, "credential_not_allowed");
	expectStatus(await (await org.key()).get("/api/v1/audit_events?chain=org"), 200);
});

test("the organization's chain asks for the organization's role alone, the project's for the project's", async () => {
	const { org, project } = await make();
	const narrowed = await org.member("admin");
	const widened = await org.member("viewer");
	await override(project, narrowed, "viewer");
	await override(project, widened, "admin");
	const id = { project: (await auditEvent(org, { project })).id, org: (await auditEvent(org)).id };
	for (const [who, mayProject, mayOrg] of [[narrowed, false, true], [widened, true, false]]) {
		const session = await who.session();
		for (const [chain, may] of [["project", mayProject], ["org", mayOrg]]) {
			const answers = [
				await session.get(`/api/v1/audit_events?chain=${chain}`), await session.get(`/api/v1/audit_events/${id[chain]}?chain=${chain}`),
				await session.get(`/api/v1/audit_events/export?chain=${chain}`), await session.post("/api/v1/audit_events/verify", { chain }),
			];
			for (const answer of answers)
				may ? expectStatus(answer, 200) : expectError(answer, 403, "forbidden");
		}
	}
});

test("T-37 a denied write is recorded with result denied, a denied read isn't", async () => {
	const { org, project } = await make();
	const viewer = await org.member("viewer");
	const session = await viewer.session();
	expectError(await session.get("/api/v1/audit_events"), 403, "forbidden");
	expectError(await session.patch(`/api/v1/projects/${project.id}`, { name: "x" }), 403, "forbidden");
	const rows = await server.sql.rows`SELECT actor_id, result FROM audit_events WHERE org_id = ${org.id}`;
	assert.deepEqual(rows, [{ actor_id: viewer.id, result: "denied" }]);
});

test("T-37 denied rows are at most 60 a minute and credential", async () => {
	const { org, project } = await make();
	const viewer = await org.member("viewer");
	const key = await org.key({ scopes: ["project.read"] });
	assert.ok(viewer);
	const answers = [];
	for (let i = 0; i < 30; i++)
		answers.push(await key.post(`/api/v1/projects/${project.id}/members`, { user_id: viewer.id, role: "admin" }));
	assert.ok(answers.some(({ status }) => status === 403));
	const rows = await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE org_id = ${org.id} AND result = 'denied'`;
	assert.ok(rows >= 29 && rows <= 60, `${rows} rows`);
});

test("LG-04 the running program can't change or delete audit rows", async () => {
	const runtime = await Sql.connect({ socket: server.db.socket, user: "gatehouse", password: PASSWORDS.runtime });
	await runtime.query("SELECT COUNT(*) FROM audit_events");
	await assert.rejects(runtime.query("DELETE FROM audit_events"), (error) => error.errno === 1142);
	await assert.rejects(runtime.query("UPDATE audit_events SET action = 'x'"), (error) => error.errno === 1143 || error.errno === 1142);
	await assert.rejects(runtime.query("DROP TABLE audit_events"), (error) => error.errno === 1142);
	runtime.close();
});

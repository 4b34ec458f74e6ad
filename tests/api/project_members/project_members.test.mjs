// Overrides of a member's role in one project.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, makeId, person, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();

async function make(role = "member") {
	const owner = await person(server);
	const member = await owner.org.member(role);
	const at = `/api/v1/projects/${owner.org.defaultProject.id}/members`;
	return { owner, org: owner.org, project: owner.org.defaultProject, member, at, session: await owner.session() };
}

test("POST sets an override: 201 new, 200 replaced; the list shows organization role, override and effective role", async () => {
	const { member, at, session } = await make();
	const made = expectStatus(await session.post(at, { user_id: member.id, role: "admin" }), 201);
	assert.deepEqual([made.user_id, made.org_role, made.override, made.role], [member.id, "member", "admin", "admin"]);
	expectStatus(await session.post(at, { user_id: member.id, role: "viewer" }), 200);
	const { data } = expectStatus(await session.get(at), 200);
	assert.equal(data.length, 2);
	const row = data.find(({ user_id }) => user_id === member.id);
	assert.deepEqual([row.org_role, row.override, row.role, row.email], ["member", "viewer", "viewer", member.email]);
	const only = expectStatus(await session.get(`${at}?overrides_only=true`), 200).data;
	assert.deepEqual(only.map(({ user_id }) => user_id), [member.id]);
});

test("T-23 narrows as well as widens, from the next request, in this project alone", async () => {
	const { org, member, at, session, project } = await make("manager");
	const extra = await org.project();
	const [browser, token] = [await member.session(), await member.token()];
	const rename = (client, target) => client.patch(`/api/v1/projects/${target.id}`, { name: "x" });
	for (const client of [browser, token])
		expectStatus(await rename(client, project), 200);
	expectStatus(await session.post(at, { user_id: member.id, role: "viewer" }), 201);
	for (const client of [browser, token]) {
		expectError(await rename(client, project), 403, "forbidden");
		expectStatus(await rename(client, extra), 200);
	}
	expectStatus(await session.delete(`${at}/${member.id}`), 204);
	for (const client of [browser, token])
		expectStatus(await rename(client, project), 200);
	const viewer = await org.member("viewer");
	const narrow = await viewer.session();
	expectError(await rename(narrow, project), 403, "forbidden");
	expectStatus(await session.post(at, { user_id: viewer.id, role: "manager" }), 201);
	expectStatus(await rename(narrow, project), 200);
	expectError(await rename(narrow, extra), 403, "forbidden");
});

test("T-23 not for owners: 422 rule owner_has_no_override; never the role owner", async () => {
	const { owner, member, at, session } = await make();
	expectField(await session.post(at, { user_id: owner.id, role: "viewer" }), "user_id", "owner_has_no_override");
	expectField(await session.post(at, { user_id: member.id, role: "owner" }), "role");
	await assert.rejects(server.sql.run`INSERT INTO project_members VALUES (${owner.org.defaultProject.id}, ${member.id}, ${owner.org.id}, 'owner', NOW(3), NOW(3))`);
});

test("T-23 TN-07 never above the caller's effective role; a key grants admin at most", async () => {
	const { org, member, at, session } = await make();
	const admin = await org.member("admin");
	const browser = await admin.session();
	expectStatus(await browser.post(at, { user_id: member.id, role: "admin" }), 201);
	expectStatus(await session.post(at, { user_id: admin.id, role: "manager" }), 201);
	expectError(await browser.post(at, { user_id: member.id, role: "viewer" }), 403, "forbidden");
	const key = await org.key();
	expectStatus(await key.post(at, { user_id: member.id, role: "admin" }), 200);
	expectField(await key.post(at, { user_id: member.id, role: "owner" }), "role");
});

test("somebody who isn't a member of the organization: 404; PATCH and DELETE without an override: 404", async () => {
	const { member, at, session } = await make();
	const stranger = await person(server);
	for (const user_id of [stranger.id, makeId("usr")])
		expectError(await session.post(at, { user_id, role: "viewer" }), 404, "not_found");
	expectError(await session.patch(`${at}/${member.id}`, { role: "viewer" }), 404, "not_found");
	expectError(await session.delete(`${at}/${member.id}`), 404, "not_found");
	expectStatus(await session.post(at, { user_id: member.id, role: "viewer" }), 201);
	assert.equal(expectStatus(await session.patch(`${at}/${member.id}`, { role: "manager" }), 200).override, "manager");
	expectStatus(await session.delete(`${at}/${member.id}`), 204);
});

test("T-37 setting and removing stand in the project's chain", async () => {
	const { member, at, session, project } = await make();
	expectStatus(await session.post(at, { user_id: member.id, role: "viewer" }), 201);
	expectStatus(await session.delete(`${at}/${member.id}`), 204);
	const rows = await server.sql.rows`SELECT action FROM audit_events WHERE chain_id = ${project.id} ORDER BY id`;
	assert.deepEqual(rows.map(({ action }) => action), ["project_member.set", "project_member.removed"]);
});

test("CodeSpar: POST /projects/{id}/members {user_id, role: admin} by key; absent = inherits", async () => {
	const { org, member, at, project } = await make();
	const key = await org.key({ scopes: ["project_member.write", "project_member.read"], project });
	const made = expectStatus(await key.post(at, { user_id: member.id, role: "admin" }), 201);
	assert.equal(made.role, "admin");
	expectStatus(await key.delete(`${at}/${member.id}`), 204);
	const row = expectStatus(await key.get(at), 200).data.find(({ user_id }) => user_id === member.id);
	assert.deepEqual([row.override, row.role], [null, "member"]);
});

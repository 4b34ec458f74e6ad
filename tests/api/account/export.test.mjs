// One's data to take along (users.md rule 35): all that is one's own, no secret, nobody else's.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, grant, MINUTE, person, projectUser, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const owner = await person(server);
const project = await owner.org.project();

test("U-35 profile, metadata, sessions, grants, messages and events; no token, no digest, no password, no other person", async () => {
	const [user, other] = [await projectUser(server, project, { password: true, metadata: '{"size":"M"}' }), await projectUser(server, project)];
	const browser = await user.session();
	await other.session();
	const allowed = await grant(project, user.id, { server });
	await grant(project, other.id, { server });
	expectStatus(await browser.patch("/api/v1/account", { name: "Renamed" }), 200);
	const answer = await browser.get("/api/v1/account/export");
	const data = expectStatus(answer, 200);
	assert.deepEqual([data.profile.id, data.profile.metadata, data.profile.name], [user.id, { size: "M" }, "Renamed"]);
	assert.deepEqual(data.sessions.map(({ id }) => id), [browser.id]);
	assert.deepEqual(data.grants.map(({ id, client_id, revoked_at }) => [id, client_id, revoked_at]), [[allowed, project.clientId, null]]);
	assert.ok(data.events.some(({ type }) => type === "user.updated"));
	for (const secret of [browser.token, other.id, other.email, "argon2", "digest"])
		assert.ok(!answer.text.includes(secret), secret);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.exported' AND target_id = ${user.id}`, 1);
});

test("U-24 it asks for a young sign-in, and who acts in the user's name doesn't get it", async () => {
	const user = await projectUser(server, project);
	expectError(await (await user.session({ signedInAgo_ms: 6 * MINUTE })).get("/api/v1/account/export"), 403, "reauthentication_required");
	expectError(await (await user.session({ impersonator_id: owner.id, impersonation_reason: "helping them out" })).get("/api/v1/account/export"), 403, "not_while_impersonating");
	expectStatus(await (await user.session()).get("/api/v1/account/export"), 200);
});

test("members get the same document of a user; a person of the console their memberships too", async () => {
	const user = await projectUser(server, project);
	const key = await owner.org.key();
	const data = expectStatus(await key.get(`/api/v1/users/${user.id}/export`, { headers: { "X-Project-Id": project.id } }), 200);
	assert.equal(data.profile.id, user.id);
	const own = expectStatus(await (await owner.session()).get("/api/v1/account/export"), 200);
	assert.deepEqual(own.orgs.map(({ id, role }) => [id, role]), [[owner.org.id, "owner"]]);
});

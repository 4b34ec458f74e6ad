// Members: lists, role changes, removal, leaving, and that an owner always stays.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectOneOf, expectStatus, invitation, override, person, sharedServer, until } from "../../harness/index.mjs";

const server = await sharedServer();
const owners = (org) => server.sql.value`SELECT COUNT(*) FROM members WHERE org_id = ${org.id} AND role = 'owner'`;

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, session: await owner.session() };
}

test("GET /members: role, name and e-mail, filters role and q", async () => {
	const { owner, org, session } = await make();
	const admin = await org.member("admin", { name: "Ada Lovelace" });
	const viewer = await org.member("viewer", { name: "Grace Hopper" });
	const list = async (query = "") => expectStatus(await session.get(`/api/v1/members${query}`), 200).data.map(({ user_id }) => user_id).sort();
	assert.deepEqual(await list(), [owner.id, admin.id, viewer.id].sort());
	assert.deepEqual(await list("?role=admin"), [admin.id]);
	assert.deepEqual(await list("?q=grace"), [viewer.id]);
	assert.deepEqual(await list(`?q=${encodeURIComponent(admin.email.slice(0, 12))}`), [admin.id]);
	const one = expectStatus(await session.get(`/api/v1/members/${admin.memberId}`), 200);
	assert.equal(one.email, admin.email);
	assert.equal(one.name, "Ada Lovelace");
	assert.equal(one.role, "admin");
	assert.equal(one.joined_via, "sign_up");
	expectError(await session.get("/api/v1/members?role=king"), 422, "validation_failed");
});

test("T-5 nobody grants, changes or removes a role above their own: 403 role_too_high", async () => {
	const { org, owner } = await make();
	const admin = await (await org.member("admin")).session();
	const member = await org.member("member");
	expectError(await admin.patch(`/api/v1/members/${member.memberId}`, { role: "owner" }), 403, "role_too_high");
	expectError(await admin.patch(`/api/v1/members/${owner.memberId}`, { role: "viewer" }), 403, "role_too_high");
	expectError(await admin.delete(`/api/v1/members/${owner.memberId}`), 403, "role_too_high");
	expectStatus(await admin.patch(`/api/v1/members/${member.memberId}`, { role: "admin" }), 200);
	expectStatus(await admin.delete(`/api/v1/members/${member.memberId}`), 204);
	assert.equal(await owners(org), 1);
});

test("T-5 granting or taking owner needs a session: a token gets 403 credential_not_allowed", async () => {
	const { owner, org, session } = await make();
	const other = await org.member("admin");
	const token = await owner.token();
	expectError(await token.patch(`/api/v1/members/${other.memberId}`, { role: "owner" }), 403, "credential_not_allowed");
	expectStatus(await token.patch(`/api/v1/members/${other.memberId}`, { role: "manager" }), 200);
	expectStatus(await session.patch(`/api/v1/members/${other.memberId}`, { role: "owner" }), 200);
	expectError(await token.patch(`/api/v1/members/${other.memberId}`, { role: "admin" }), 403, "credential_not_allowed");
	expectError(await token.delete(`/api/v1/members/${other.memberId}`), 403, "credential_not_allowed");
	expectStatus(await session.patch(`/api/v1/members/${other.memberId}`, { role: "admin" }), 200);
});

test("T-4 the last owner can't leave, be removed or demoted: 409 last_owner", async () => {
	const { owner, org, session } = await make();
	await org.member("admin");
	expectError(await session.patch(`/api/v1/members/${owner.memberId}`, { role: "admin" }), 409, "last_owner");
	expectError(await session.delete(`/api/v1/members/${owner.memberId}`), 409, "last_owner");
	expectError(await session.delete("/api/v1/members/me"), 409, "last_owner");
	const second = await org.member("owner");
	expectStatus(await session.delete("/api/v1/members/me"), 204);
	assert.equal(await owners(org), 1);
	expectError(await (await second.session()).delete("/api/v1/members/me"), 409, "last_owner");
});

for (const [name, act] of [
	["removing", (one, other) => one.delete(`/api/v1/members/${other.memberId}`)],
	["demoting", (one, other) => one.patch(`/api/v1/members/${other.memberId}`, { role: "viewer" })],
	["leaving", (one) => one.delete("/api/v1/members/me")],
])
	test(`T-4 TN-08 two owners ${name} at once: one 2xx, the other refused, one owner stays`, async () => {
		for (let round = 0; round < 6; round++) {
			const first = await person(server);
			const second = await first.org.member("owner");
			const [one, two] = [await first.session(), await second.session()];
			await Promise.all([one.csrf(), two.csrf()]);
			const answers = await Promise.all([act(one, second), act(two, first)]);
			assert.equal(answers.filter(({ status }) => status < 300).length, 1, answers.map(({ status, text }) => `${status} ${text}`).join("\n"));
			expectOneOf(answers.find(({ status }) => status >= 300), 403, 404, 409);
			assert.equal(await owners(first.org), 1);
		}
	});

test("T-4 fifty owners leave at once: one stays", async () => {
	const first = await person(server);
	const others = await atOnce(24, () => first.org.member("owner"));
	const sessions = await Promise.all([first, ...others].map((one) => one.session()));
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one) => one.delete("/api/v1/members/me")));
	assert.equal(answers.filter(({ status }) => status === 204).length, 24);
	expectError(answers.find(({ status }) => status !== 204), 409, "last_owner");
	assert.equal(await owners(first.org), 1);
});

test("T-7 removing a member: tokens die with 401, sessions see 404 on that organization, overrides go, their invitations are revoked; service keys stay", async () => {
	const { owner, org, session } = await make();
	const admin = await org.member("admin");
	const home = await person(server);
	await admin.join(home.org, "viewer");
	const [browser, token] = [await admin.session(), await admin.token()];
	const elsewhere = await admin.token({ org: home.org });
	const key = await org.key();
	await override(org.defaultProject, admin, "viewer");
	const invited = await invitation(org, { invitedBy: admin.id });
	const kept = await invitation(org, { invitedBy: owner.id });
	expectStatus(await token.get("/api/v1/projects"), 200);
	expectStatus(await session.delete(`/api/v1/members/${admin.memberId}`), 204);
	expectError(await token.get("/api/v1/projects"), 401, "unauthorized");
	expectError(await browser.get("/api/v1/projects", { headers: { "X-Org-Id": org.id } }), 404, "not_found");
	expectError(await browser.get(`/api/v1/orgs/${org.id}`), 404, "not_found");
	expectStatus(await browser.get("/api/v1/me"), 200);
	expectStatus(await elsewhere.get("/api/v1/projects"), 200);
	expectStatus(await key.get("/api/v1/projects"), 200);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM project_members WHERE user_id = ${admin.id} AND org_id = ${org.id}`, 0);
	assert.ok(await server.sql.value`SELECT revoked_at FROM api_keys WHERE id = ${token.id}`);
	assert.ok(await server.sql.value`SELECT revoked_at FROM invitations WHERE id = ${invited.id}`);
	assert.equal(await server.sql.value`SELECT revoked_at FROM invitations WHERE id = ${kept.id}`, null);
});

test("T-7 demotion below manager revokes the person's pending invitations; to manager it doesn't", async () => {
	const { org, session } = await make();
	const admin = await org.member("admin");
	const invited = await invitation(org, { invitedBy: admin.id });
	const revoked = () => server.sql.value`SELECT revoked_at FROM invitations WHERE id = ${invited.id}`;
	expectStatus(await session.patch(`/api/v1/members/${admin.memberId}`, { role: "manager" }), 200);
	assert.equal(await revoked(), null);
	expectStatus(await session.patch(`/api/v1/members/${admin.memberId}`, { role: "member" }), 200);
	assert.ok(await revoked());
});

test("T-8 TN-04 a role change counts from the next request of every credential of that person", async () => {
	const { org, session } = await make();
	const person_ = await org.member("manager");
	const clients = [await person_.session(), await person_.token()];
	for (const client of clients)
		expectStatus(await client.post("/api/v1/projects", { name: "may" }), 201);
	expectStatus(await session.patch(`/api/v1/members/${person_.memberId}`, { role: "viewer" }), 200);
	for (const client of clients)
		expectError(await client.post("/api/v1/projects", { name: "may not" }), 403, "forbidden");
	expectStatus(await session.patch(`/api/v1/members/${person_.memberId}`, { role: "manager" }), 200);
	for (const client of clients)
		expectStatus(await client.post("/api/v1/projects", { name: "may again" }), 201);
});

test("T-37 changes leave audit rows with old and new role, denied ones too", async () => {
	const { org, session } = await make();
	const member = await org.member("member");
	expectStatus(await session.patch(`/api/v1/members/${member.memberId}`, { role: "viewer" }), 200);
	expectError(await (await member.session()).patch(`/api/v1/members/${member.memberId}`, { role: "owner" }), 403, "forbidden");
	expectStatus(await session.delete(`/api/v1/members/${member.memberId}`), 204);
	const rows = await server.sql.rows`SELECT action, result, changes FROM audit_events WHERE org_id = ${org.id} ORDER BY id`;
	const changed = rows.find(({ action }) => action === "member.role_changed");
	assert.deepEqual(JSON.parse(changed.changes).role, ["member", "viewer"]);
	assert.ok(rows.some(({ action, result }) => action === "member.removed" && result === "ok"));
	assert.equal(rows.filter(({ result }) => result === "denied").length, 1, "the 403 was recorded");
});

test("an unknown role or owner by an admin changes nothing", async () => {
	const { org, session } = await make();
	const member = await org.member("member");
	expectError(await session.patch(`/api/v1/members/${member.memberId}`, { role: "king" }), 422, "validation_failed");
	expectError(await session.patch(`/api/v1/members/${member.memberId}`, { role: null }), 422, "validation_failed");
	assert.equal(await member.role(), "member");
});

test("last_seen_at is written within seconds for who works by browser or token, and for nobody else", async () => {
	const { org, session } = await make();
	const byToken = await org.member("member");
	const idle = await org.member("member");
	await (await byToken.token()).get("/api/v1/whoami");
	const seen = async () => Object.fromEntries(expectStatus(await session.get("/api/v1/members"), 200).data.map((m) => [m.user_id, m.last_seen_at]));
	await until("the flusher wrote both", async () => {
		const times = await seen();
		return times[org.ownerId] && times[byToken.id];
	}, { patience_ms: 12000, every_ms: 500 });
	assert.equal((await seen())[idle.id], null);
});

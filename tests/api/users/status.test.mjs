// Deactivating, banning, unlocking: what ends with it, what comes back, and that no organization loses its last owner.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectOneOf, expectStatus, makeEmail, operator, person, sharedServer, signIn, userSession } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	const key = await owner.org.key({ project: owner.project });
	const add = async (body) => expectStatus(await key.post("/api/v1/users", body), 201);
	return { owner, project: owner.project, key, add };
}

const stateOf = async (project, user) => (await server.sql.rows`SELECT status, token_version, ban_reason FROM users WHERE project_id = ${project.id} AND id = ${user.id}`)[0];
const events = async (project) => (await server.sql.rows`SELECT type FROM events WHERE project_id = ${project.id} AND type LIKE 'user.%' ORDER BY id`).map(({ type }) => type);

for (const [verb, back, status] of [["deactivate", "activate", "deactivated"], ["ban", "unban", "banned"]])
	test(`rule 30: ${verb} ends sessions, mailed links and older tokens in one transaction; ${back} gives access back`, async () => {
		const { project, key, add } = await make();
		const user = await add({ email: makeEmail() });
		await userSession(project, user, { server });
		await server.sql.run`INSERT INTO one_time_tokens (project_id, token_digest, purpose, user_id, expires_at) VALUES (${project.id}, ${Buffer.alloc(32, 2)}, 'reset', ${user.id}, '2099-01-01')`;
		const before = await stateOf(project, user);
		const changed = expectStatus(await key.post(`/api/v1/users/${user.id}/${verb}`, {}), 200);
		assert.equal(changed.status, status);
		assert.ok((await stateOf(project, user)).token_version > before.token_version);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id} AND revoked_at IS NULL`, 0);
		assert.equal(await server.sql.value`SELECT COUNT(*) FROM one_time_tokens WHERE user_id = ${user.id} AND used_at IS NULL`, 0);
		assert.equal(expectStatus(await key.post(`/api/v1/users/${user.id}/${back}`, {}), 200).status, "active");
		assert.equal(expectStatus(await key.post(`/api/v1/users/${user.id}/${back}`, {}), 200).status, "active", "once more changes nothing");
		assert.deepEqual(await events(project), ["user.created", `user.${status}`, `user.${{ activate: "activated", unban: "unbanned" }[back]}`]);
	});

test("a ban has a reason and an end, in the future; activate doesn't lift it; banned and deactivated people are told only after the right password", async () => {
	const { owner, project, key, add } = await make();
	const password = owner.password;
	const user = await add({ email: makeEmail("ban"), email_verified: true, password });
	const path = `/api/v1/users/${user.id}`;
	expectField(await key.post(`${path}/ban`, { expires_at: "2020-01-01T00:00:00.000Z" }), "expires_at", "range");
	expectField(await key.post(`${path}/ban`, { reason: "x".repeat(501) }), "reason", "length");
	const banned = expectStatus(await key.post(`${path}/ban`, { reason: "Spam\nagain", expires_at: "2099-01-01T00:00:00.000Z" }), 200);
	assert.deepEqual([banned.status, banned.ban_reason, banned.ban_expires_at], ["banned", "Spam\nagain", "2099-01-01T00:00:00.000Z"]);
	assert.equal(expectStatus(await key.post(`${path}/activate`, {}), 200).status, "banned");
	const enter = () => signIn(server, { email: user.email, password, client_id: project.clientId, browser: new Client(server, { site: "auth" }) });
	await assert.rejects(enter(), /user_banned/);
	assert.equal(expectStatus(await key.post(`${path}/ban`, {}), 200).ban_reason, null);
	expectStatus(await key.post(`${path}/unban`, {}), 200);
	await enter();
	expectStatus(await key.post(`${path}/deactivate`, {}), 200);
	await assert.rejects(enter(), /user_deactivated/);
});

test("a ban that is over lifts itself at the next sign-in", async () => {
	const { owner, project, key, add } = await make();
	const user = await add({ email: makeEmail("over"), email_verified: true, password: owner.password });
	expectStatus(await key.post(`/api/v1/users/${user.id}/ban`, { reason: "short" }), 200);
	await server.sql.run`UPDATE users SET ban_expires_at = '2020-01-01' WHERE project_id = ${project.id} AND id = ${user.id}`;
	await signIn(server, { email: user.email, password: owner.password, client_id: project.clientId, browser: new Client(server, { site: "auth" }) });
	assert.deepEqual((({ status, ban_reason, ban_expires_at }) => [status, ban_reason, ban_expires_at])(expectStatus(await key.get(`/api/v1/users/${user.id}`), 200)), ["active", null, null]);
});

test("rule 13: unlock lets a password be used again that a hundred failures turned off", async () => {
	const { owner, project, key, add } = await make();
	const user = await add({ email: makeEmail("lock"), email_verified: true, password: owner.password });
	await server.sql.run`INSERT INTO sign_in_throttles (project_id, kind, subject_digest, count, window_start_at) VALUES (${project.id}, 'account', UNHEX(SHA2(${user.id}, 256)), 100, NOW(3))`;
	const enter = () => signIn(server, { email: user.email, password: owner.password, client_id: project.clientId, browser: new Client(server, { site: "auth" }) });
	assert.equal(expectStatus(await key.get(`/api/v1/users/${user.id}`), 200).locked, true);
	await assert.rejects(enter(), /too_many_attempts/);
	assert.equal(expectStatus(await key.post(`/api/v1/users/${user.id}/unlock`, {}), 200).locked, false);
	await enter();
	assert.equal((await events(project)).filter((type) => type === "user.unlocked").length, 1);
	expectStatus(await key.post(`/api/v1/users/${user.id}/unlock`, {}), 200);
	assert.equal((await events(project)).filter((type) => type === "user.unlocked").length, 1);
});

test("DELETE /sessions/{id} ends that session alone; a session of another project is 404", async () => {
	const { project, key, add } = await make();
	const other = await make();
	const user = await add({ email: makeEmail() });
	const [one, two] = [await userSession(project, user, { server }), await userSession(project, user, { server })];
	expectError(await other.key.delete(`/api/v1/sessions/${one.id}`), 404, "not_found");
	expectStatus(await key.delete(`/api/v1/sessions/${one.id}`), 204);
	expectError(await key.delete(`/api/v1/sessions/${one.id}`), 404, "not_found");
	assert.deepEqual(expectStatus(await key.get(`/api/v1/users/${user.id}/sessions`), 200).data.map(({ id }) => id), [two.id]);
	expectStatus(await key.delete(`/api/v1/users/${user.id}/sessions`), 204);
	assert.deepEqual(expectStatus(await key.get(`/api/v1/users/${user.id}/sessions`), 200).data, []);
});

// ---- the console's own people ----

async function console_() {
	const chief = await operator(server);
	const session = await chief.session();
	return { chief, session: session.with({ headers: { "X-Project-Id": server.consoleId } }) };
}

test("rule 31: the last owner of an organization can't be deactivated, banned or deleted: 409 last_owner; with a second one they can", async () => {
	const { session } = await console_();
	for (const act of [(id) => session.post(`/api/v1/users/${id}/deactivate`, {}), (id) => session.post(`/api/v1/users/${id}/ban`, {}), (id) => session.delete(`/api/v1/users/${id}`)]) {
		const owner = await person(server);
		expectError(await act(owner.id), 409, "last_owner");
		const second = await owner.org.member("owner");
		expectOneOf(await act(second.id), 200, 204);
		expectError(await act(owner.id), 409, "last_owner");
		await owner.org.member("owner");
		expectOneOf(await act(owner.id), 200, 204);
	}
});

test("rule 31: the last two owners at once: one goes, the other gets 409 last_owner and stays", async () => {
	const { session } = await console_();
	for (let round = 0; round < 5; round++) {
		const owner = await person(server);
		const second = await owner.org.member("owner");
		const answers = await Promise.all([session.post(`/api/v1/users/${owner.id}/deactivate`, {}), session.post(`/api/v1/users/${second.id}/ban`, {})]);
		assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409], JSON.stringify(answers.map(({ text }) => text)));
		expectError(answers.find(({ status }) => status === 409), 409, "last_owner");
		const left = await server.sql.value`SELECT COUNT(*) FROM members m JOIN users u ON u.project_id = m.console_id AND u.id = m.user_id WHERE m.org_id = ${owner.org.id} AND m.role = 'owner' AND u.status = 'active'`;
		assert.equal(Number(left), 1);
	}
});

test("rule 34 in the console: who is deleted leaves their organizations, and their tokens and sessions stop", async () => {
	const { session } = await console_();
	const owner = await person(server);
	const member = await owner.org.member("admin");
	const [browser, token] = [await member.session(), await member.token()];
	expectStatus(await browser.get("/api/v1/me"), 200);
	expectStatus(await token.get("/api/v1/projects"), 200);
	expectStatus(await session.delete(`/api/v1/users/${member.id}`), 204);
	expectError(await browser.get("/api/v1/me"), 401, "unauthorized");
	expectError(await token.get("/api/v1/projects"), 401, "unauthorized");
	assert.equal(await member.role(), null);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${owner.org.id} AND action = 'member.removed'`, 1);
});

test("nobody deactivates, bans or deletes themselves: 409 cannot_target_self", async () => {
	const { chief, session } = await console_();
	for (const answer of [await session.post(`/api/v1/users/${chief.id}/deactivate`, {}), await session.post(`/api/v1/users/${chief.id}/ban`, {}), await session.delete(`/api/v1/users/${chief.id}`)])
		expectError(answer, 409, "cannot_target_self");
	expectStatus(await session.patch(`/api/v1/users/${chief.id}`, { name: "Chief" }), 200);
});

test("conventions 2: the console's people are managed by operators in a session alone", async () => {
	const { chief, session } = await console_();
	const someone = await person(server);
	const admin = await chief.org.member("admin");
	const manager = await chief.org.member("manager");
	const at = { headers: { "X-Project-Id": server.consoleId } };
	expectError(await (await chief.token()).patch(`/api/v1/users/${someone.id}`, { name: "x" }, at), 403, "forbidden");
	expectError(await (await manager.session()).patch(`/api/v1/users/${someone.id}`, { name: "x" }, at), 403, "forbidden");
	expectError(await (await chief.org.key()).get(`/api/v1/users/${someone.id}`, at), 404, "not_found");
	expectError(await (await someone.session()).get(`/api/v1/users/${someone.id}`, at), 404, "not_found");
	expectStatus(await (await admin.session()).patch(`/api/v1/users/${someone.id}`, { name: "x" }, at), 200);
	expectStatus(await session.get(`/api/v1/users/${someone.id}`), 200);
});

test("a ban or a deactivation doesn't call off the deletion that somebody asked for; activating does, a lifted ban leaves it", async () => {
	const { project, key, add } = await make();
	const pending = async () => {
		const user = await add({ email: makeEmail() });
		await server.sql.run`UPDATE users SET status = 'deletion_pending', delete_at = '2099-01-01' WHERE project_id = ${project.id} AND id = ${user.id}`;
		return user;
	};
	const state = (user) => server.sql.row`SELECT status, delete_at IS NOT NULL AS leaves FROM users WHERE project_id = ${project.id} AND id = ${user.id}`;
	const go = async (user, ...verbs) => {
		for (const verb of verbs)
			expectStatus(await key.post(`/api/v1/users/${user.id}/${verb}`, {}), 200);
		const { status, leaves } = await state(user);
		return [status, Number(leaves)];
	};
	assert.deepEqual(await go(await pending(), "ban"), ["banned", 1]);
	assert.deepEqual(await go(await pending(), "ban", "unban"), ["deletion_pending", 1]);
	assert.deepEqual(await go(await pending(), "deactivate"), ["deactivated", 1]);
	assert.deepEqual(await go(await pending(), "deactivate", "activate"), ["active", 0]);
	assert.deepEqual(await go(await pending(), "activate"), ["active", 0]);
	assert.deepEqual(await go(await add({ email: makeEmail() }), "ban", "unban"), ["active", 0]);
});

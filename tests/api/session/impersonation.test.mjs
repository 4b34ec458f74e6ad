// Acting in a user's name (users.md rule 32): who may, how the link works, what is closed, and that both are named.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectField, expectStatus, makeId, MINUTE, operator, person, projectUser, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const owner = await person(server);
const project = await owner.org.project();
const inProject = { headers: { "X-Project-Id": project.id } };
const reason = "They can't find their order";

const ask = (client, user, json = {}) => client.post(`/api/v1/users/${user.id}/impersonate`, { reason, ...json }, inProject);

function open(token, browser = new Client(server, { site: "auth", clientId: project.clientId }), client_id = project.clientId) {
	return browser.post("/api/v1/session/impersonate", { client_id, token }, { csrf: false, headers: { Origin: browser.origin } }).then((answer) => ({ browser, answer }));
}

async function impersonate(user, json, browser) {
	const { redirect_to } = expectStatus(await ask(await owner.session(), user, json), 201);
	const [page, token] = redirect_to.split("#as=");
	assert.equal(page, `${server.authUrl}/p/${project.clientId}/account`);
	const opened = await open(token, browser);
	expectStatus(opened.answer, 204);
	opened.browser.forgetCsrf();
	return opened.browser;
}

test("a link that works once, within a minute, begins a short session that shows whose it is", async () => {
	const user = await projectUser(server, project);
	const { redirect_to } = expectStatus(await ask(await owner.session(), user, { minutes: 5, ticket: "T-17" }), 201);
	const token = redirect_to.split("#as=")[1];
	const answers = await atOnce(4, () => open(token));
	assert.deepEqual(answers.map(({ answer }) => answer.status).sort(), [204, 410, 410, 410]);
	const { browser } = answers.find(({ answer }) => answer.status === 204);
	const seen = expectStatus(await browser.get("/api/v1/session"), 200);
	assert.deepEqual([seen.user.id, seen.session.impersonated_by, seen.impersonator_email, seen.session.session_class], [user.id, owner.id, owner.email, "support_impersonation"]);
	assert.ok(Date.parse(seen.session.expires_at) - Date.now() <= 5 * MINUTE);
	expectError((await open(token)).answer, 410, "link_invalid");
	const row = await server.sql.row`SELECT changes, actor_id, target_id FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.impersonated' AND target_id = ${user.id}`;
	assert.deepEqual([row.actor_id, JSON.parse(row.changes).reason, JSON.parse(row.changes).ticket], [owner.id, reason, "T-17"]);
});

test("a link that is too old, another project's, or of another purpose: 410; the same link in time: 204", async () => {
	const user = await projectUser(server, project);
	const other = await owner.org.project();
	const fresh = async () => expectStatus(await ask(await owner.session(), user), 201).redirect_to.split("#as=")[1];
	const old = await fresh();
	await server.sql.run`UPDATE one_time_tokens SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE user_id = ${user.id}`;
	expectError((await open(old)).answer, 410, "link_invalid");
	const crossed = await fresh();
	expectError((await open(crossed, undefined, other.clientId)).answer, 410, "link_invalid");
	expectStatus((await open(crossed)).answer, 204);
	const reset = await fresh();
	await server.sql.run`UPDATE one_time_tokens SET purpose = 'admin_reset' WHERE user_id = ${user.id} AND used_at IS NULL`;
	expectError((await open(reset)).answer, 410, "link_invalid");
});

test("what changes how the user signs in, or takes their data along, is closed: 403 not_while_impersonating", async () => {
	const user = await projectUser(server, project, { password: true });
	const browser = await impersonate(user);
	const own = await user.session();
	expectError(await browser.delete("/api/v1/account/sessions"), 403, "not_while_impersonating");
	expectError(await browser.post("/api/v1/account/password", { new_password: "an entirely new phrase 7" }), 403, "not_while_impersonating");
	expectError(await browser.delete(`/api/v1/account/sessions/${own.id}`), 403, "not_while_impersonating");
	expectStatus(await browser.get("/api/v1/account/sessions"), 200);
	const begin = (client, kind) => client.post("/api/v1/flows", { kind, client_id: project.clientId }, { csrf: false, headers: { Origin: client.origin, "X-Client-Id": project.clientId } });
	for (const kind of ["link", "upgrade", "reauthenticate"])
		expectError(await begin(browser, kind), 401, "unauthorized");
	for (const kind of ["link", "reauthenticate"])
		expectStatus(await begin(own, kind), 201);
	expectStatus(await own.delete("/api/v1/account/sessions"), 204);
	expectError(await browser.get("/api/v1/session"), 401, "unauthorized");
});

test("both are named in what is recorded, and stopping ends it; the browser's own account goes on", async () => {
	const [user, own] = [await projectUser(server, project), await projectUser(server, project)];
	const before = await own.session();
	const browser = await impersonate(user, {}, before);
	const { session } = expectStatus(await browser.get("/api/v1/session"), 200);
	assert.equal(session.user_id, user.id);
	expectStatus(await browser.post("/api/v1/session/stop_impersonating"), 204);
	assert.equal(expectStatus(await browser.get("/api/v1/session"), 200).user.id, own.id);
	browser.forgetCsrf();
	expectError(await browser.post("/api/v1/session/stop_impersonating"), 403, "forbidden");
	const row = await server.sql.row`SELECT actor_id, actor_label FROM audit_events WHERE chain_id = ${project.id} AND action = 'session.revoked' AND target_id = ${session.id}`;
	assert.equal(row.actor_id, user.id);
	assert.ok(row.actor_label.includes(user.email) && row.actor_label.includes(owner.email), row.actor_label);
});

test("who may: an admin with a young sign-in; not a manager, a token or a key, nor of somebody who isn't there or isn't active", async () => {
	const user = await projectUser(server, project);
	expectStatus(await ask(await (await owner.org.member("admin")).session(), user), 201);
	expectError(await ask(await (await owner.org.member("manager")).session(), user), 403, "forbidden");
	expectError(await ask(await owner.session({ signedInAgo_ms: 6 * MINUTE }), user), 403, "reauthentication_required");
	for (const client of [await owner.token(), await owner.org.key()])
		expectError(await ask(client, user), 403, "credential_not_allowed");
	expectError(await ask(await owner.session(), { id: makeId("usr") }), 404, "not_found");
	const stranger = await (await person(server)).session();
	expectError(await ask(stranger, user), 404, "not_found");
	await server.sql.run`UPDATE users SET status = 'banned' WHERE id = ${user.id}`;
	expectError(await ask(await owner.session(), user), 403, "cannot_impersonate");
	for (const [field, json] of [["reason", { reason: "too short" }], ["minutes", { minutes: 61 }], ["minutes", { minutes: 4 }]])
		expectField(await ask(await owner.session(), user, json), field);
});

test("nobody acts in the name of a person of the console", async () => {
	const boss = await operator(server);
	const target = await person(server);
	const asked = await (await boss.session()).post(`/api/v1/users/${target.id}/impersonate`, { reason }, { headers: { "X-Project-Id": server.consoleId } });
	expectError(asked, 403, "cannot_impersonate");
});

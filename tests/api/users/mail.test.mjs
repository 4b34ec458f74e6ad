// POST /users/{id}/mail: the three links that a member may send, what each opens, and whom it is refused to.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectField, expectStatus, makeEmail, makePassword, person, sharedServer, waitForMail } from "../../harness/index.mjs";
import { signInSettings, user } from "../../harness/fixtures.mjs";

const server = await sharedServer();

async function make(settings) {
	const owner = await person(server, { orgName: "Shop" });
	const project = await owner.org.project({ name: "Corner Shop" });
	if (settings)
		await signInSettings(project, settings, { server });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { owner, project, session };
}

const browser = () => {
	const client = new Client(server, { site: "auth" });
	return client.with({ headers: { Origin: client.origin } });
};
const mailed = async (session, { id, email }, template) => {
	const message = expectStatus(await session.post(`/api/v1/users/${id}/mail`, { template }), 202);
	assert.deepEqual([message.template, message.recipient, message.user_id, message.status], [template, email, id, "queued"]);
	return waitForMail(server, email);
};
const redeem = (client, project, token) => client.post("/api/v1/flows/redeem", { token, client_id: project.clientId });
const verified = (id) => server.sql.value`SELECT email_verified_at FROM users WHERE id = ${id}`;
const unverified = async (project) => {
	const made = await user(project, { server, email: makeEmail("unproven") });
	await server.sql.run`UPDATE users SET email_verified_at = NULL WHERE id = ${made.id}`;
	return made;
};

test("rule 16: verification proves the address once, has no code, and signs nobody in", async () => {
	const { project, session } = await make();
	const somebody = await unverified(project);
	const mail = await mailed(session, somebody, "verification");
	assert.equal(mail.code, undefined, "a code that no page waits for");
	assert.match(mail.url, new RegExp(`/p/${project.clientId}/verify#mlt_`));
	assert.equal(await verified(somebody.id), null);
	const client = browser();
	const flow = expectStatus(await redeem(client, project, mail.token), 200);
	assert.equal(flow.state, "first_factor");
	assert.notEqual(await verified(somebody.id), null);
	expectError(await client.post(`/api/v1/flows/${flow.id}/complete`, {}, { headers: { "X-Flow-Token": flow.flow_token } }), 409, "flow_state_conflict");
	expectError(await redeem(browser(), project, mail.token), 410, "link_invalid");
});

test("password-reset leads to a new password, magic-link is the first factor", async () => {
	const { project, session } = await make({ methods: ["password", "magic_link"] });
	const forgetful = await user(project, { server, email: makeEmail("forgetful") });
	const reset = await mailed(session, forgetful, "password-reset");
	const client = browser();
	const flow = expectStatus(await redeem(client, project, reset.token), 200);
	assert.equal(flow.state, "new_password");
	assert.equal(expectStatus(await client.post(`/api/v1/flows/${flow.id}/set_password`, { password: makePassword() }, { headers: { "X-Flow-Token": flow.flow_token } }), 200).state, "done");
	const lazy = await user(project, { server, email: makeEmail("lazy") });
	const link = await mailed(session, lazy, "magic-link");
	assert.match(link.url, /\/magic-link#mlt_/);
	assert.equal(expectStatus(await redeem(browser(), project, link.token), 200).state, "done");
});

test("rule 16: a newer link of its kind voids the older; so does another address", async () => {
	const { project, session } = await make();
	const somebody = await unverified(project);
	const first = await mailed(session, somebody, "verification");
	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE user_id = ${somebody.id}`;
	expectStatus(await session.post(`/api/v1/users/${somebody.id}/mail`, { template: "verification" }), 202);
	const second = await waitForMail(server, somebody.email, { count: 2 });
	const [older, newer] = first.token === second.token ? [second, first] : [first, second];
	assert.notEqual(older.token, newer.token);
	expectError(await redeem(browser(), project, first.token), 410, "link_invalid");
	expectStatus(await session.patch(`/api/v1/users/${somebody.id}`, { email: makeEmail("another") }), 200);
	expectError(await redeem(browser(), project, second.token), 410, "link_invalid");
	assert.equal(await verified(somebody.id), null);
});

test("rule 9: a link for a way of signing in that is off isn't sent, and opens nothing once it is off", async () => {
	const { project, session } = await make();
	const somebody = await user(project, { server, email: makeEmail("somebody") });
	expectError(await session.post(`/api/v1/users/${somebody.id}/mail`, { template: "magic-link" }), 403, "method_disabled");
	await signInSettings(project, { methods: ["password", "magic_link"] }, { server });
	const { token } = await mailed(session, somebody, "magic-link");
	await signInSettings(project, { methods: ["password"] }, { server });
	expectError(await redeem(browser(), project, token), 403, "method_disabled");
});

test("nobody without an address, of another project or by another template; twice in a minute is 429, and the first link still works", async () => {
	const { project, session } = await make();
	const { session: stranger } = await make();
	const nameless = expectStatus(await session.post("/api/v1/users", { external_id: "without-address" }), 201);
	expectError(await session.post(`/api/v1/users/${nameless.id}/mail`, { template: "verification" }), 409, "no_email");
	const somebody = await unverified(project);
	expectError(await stranger.post(`/api/v1/users/${somebody.id}/mail`, { template: "verification" }), 404, "not_found");
	expectField(await session.post(`/api/v1/users/${somebody.id}/mail`, { template: "welcome" }), "template", "enum");
	expectField(await session.post(`/api/v1/users/${somebody.id}/mail`, {}), "template", "required");
	const { token } = await mailed(session, somebody, "verification");
	const again = await session.post(`/api/v1/users/${somebody.id}/mail`, { template: "verification" });
	expectError(again, 429, "rate_limited");
	assert.ok(Number(again.headers["retry-after"]) > 0);
	expectStatus(await redeem(browser(), project, token), 200);
});

test("the audit log names who had it sent, and neither it nor the reply holds the link", async () => {
	const { owner, project, session } = await make();
	const somebody = await unverified(project);
	const { token } = await mailed(session, somebody, "verification");
	const row = await server.sql.row`SELECT * FROM audit_events WHERE project_id = ${project.id} AND action = 'message.requested'`;
	assert.equal(row.actor_id, owner.id);
	assert.equal(row.target_label, "verification");
	assert.ok(row.changes.includes(somebody.email) && !row.changes.includes(token));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${project.id} AND type = 'message.requested'`, 1);
});

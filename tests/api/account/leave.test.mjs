// Deleting one's own account: at once or after days of grace, never the last owner of an organization.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, DAY, expectError, expectField, expectStatus, MINUTE, openFlow, person, projectUser, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();
const owner = await person(server);

async function place(settings) {
	const project = await owner.org.project();
	if (settings)
		await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${project.id}, 'sign_in', ${JSON.stringify(settings)}, 1, NOW(3))`;
	return project;
}

const leave = (browser, word = "DELETE") => browser.delete(`/api/v1/account?confirm=${word}`);

test("U-34 without days of grace: gone in one transaction, the address is free, every session has ended", async () => {
	const project = await place();
	const user = await projectUser(server, project, { password: true });
	const [browser, other] = [await user.session(), await user.session()];
	for (const answer of [await browser.delete("/api/v1/account"), await leave(browser, "delete"), await leave(browser, "")])
		expectField(answer, "confirm");
	expectStatus(await browser.get("/api/v1/account"), 200);
	assert.equal(expectStatus(await leave(browser), 202).delete_at, null);
	assert.equal(browser.cookies[browser.sessionCookie], undefined);
	expectError(await other.get("/api/v1/account"), 401, "unauthorized");
	const row = await user.row();
	assert.deepEqual([row.status, row.email, row.name], ["deleted", null, ""]);
	await projectUser(server, project, { email: user.email });
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.deleted' AND target_id = ${user.id}`, 1);
});

test("with days of grace: signed out now, gone later; a sign-in before that calls it off", async () => {
	const project = await place({ deletion_grace_days: 7 });
	const user = await projectUser(server, project, { password: true });
	const browser = await user.session();
	const { delete_at } = expectStatus(await leave(browser), 202);
	assert.ok(Math.abs(Date.parse(delete_at) - Date.now() - 7 * DAY) < MINUTE);
	expectError(await (await user.session()).get("/api/v1/account"), 401, "unauthorized");
	assert.equal((await user.row()).status, "deletion_pending");
	const again = new Client(server, { site: "auth", clientId: project.clientId });
	const flow = await openFlow(server, "sign_in", { browser: again, client_id: project.clientId });
	await flow.go("identify", { identifier: user.email });
	await flow.go("password", { password: user.password });
	await flow.go("complete");
	const row = await user.row();
	assert.deepEqual([row.status, row.delete_at], ["active", null]);
	expectStatus(await again.get("/api/v1/account"), 200);
});

test("U-24 a sign-in older than 5 minutes isn't enough", async () => {
	const user = await projectUser(server, await place());
	expectError(await leave(await user.session({ signedInAgo_ms: 6 * MINUTE })), 403, "reauthentication_required");
	expectStatus(await leave(await user.session()), 202);
});

test("self_deletion off: 403, and the account stays", async () => {
	const user = await projectUser(server, await place({ self_deletion: false }));
	const browser = await user.session();
	assert.equal(expectStatus(await browser.get("/api/v1/account"), 200).self_deletion, false);
	expectError(await leave(browser), 403, "forbidden");
	expectStatus(await browser.get("/api/v1/account"), 200);
});

test("two deletions at once: one counts", async () => {
	const project = await place();
	const user = await projectUser(server, project);
	const browser = await user.session();
	await browser.csrf();
	const answers = await atOnce(4, () => browser.with({}).delete("/api/v1/account?confirm=DELETE", { csrf: false, headers: { Origin: browser.origin, "X-CSRF-Token": undefined } }));
	assert.ok(answers.every(({ status }) => status === 403), "without the token nothing is deleted");
	const token = await browser.csrf();
	const deletions = await atOnce(4, () => browser.with({}).delete("/api/v1/account?confirm=DELETE", { csrf: false, headers: { Origin: browser.origin, "X-CSRF-Token": token } }));
	assert.equal(deletions.filter(({ status }) => status === 202).length, 1, JSON.stringify(tally(deletions)));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'user.deleted' AND target_id = ${user.id}`, 1);
});

test("U-31 the last owner of an organization stays: 409 last_owner; with another owner beside they may go, and of two at once one stays", async () => {
	const sole = await person(server);
	expectError(await leave(await sole.session()), 409, "last_owner");
	const second = await sole.org.member("owner");
	expectStatus(await leave(await second.session()), 202);
	const third = await sole.org.member("owner");
	const browsers = [await sole.session(), await third.session()];
	const answers = await Promise.all(browsers.map((browser) => leave(browser)));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [202, 409]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM members WHERE org_id = ${sole.org.id} AND role = 'owner'`, 1);
});

test("the browser's next account goes on", async () => {
	const project = await place();
	const [user, other] = [await projectUser(server, project), await projectUser(server, project)];
	const browser = await user.session({ others: [await other.token()] });
	expectStatus(await leave(browser), 202);
	assert.equal(expectStatus(await browser.get("/api/v1/session"), 200).user.id, other.id);
});

// How long sessions last: the project's policy of today, whatever it was when they began (users.md rule 29).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, DAY, expectError, expectStatus, MINUTE, openFlow, person, projectUser, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const owner = await person(server);

async function place(settings) {
	const project = await owner.org.project();
	if (settings)
		await settle(project, settings);
	return { project, user: await projectUser(server, project, { password: true }) };
}

const settle = (project, settings) => server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at)
	VALUES (${project.id}, 'sign_in', ${JSON.stringify(settings)}, 1, NOW(3)) ON DUPLICATE KEY UPDATE body = VALUES(body)`;

test("Projekt: 30 days, refreshed on use: used on day 29 it works on day 58; 30 idle days: 401", async () => {
	const { user } = await place();
	const used = await user.session({ madeAgo_ms: 58 * DAY, seenAgo_ms: 29 * DAY });
	expectStatus(await used.get("/api/v1/session"), 200);
	const idle = await user.session({ madeAgo_ms: 58 * DAY, seenAgo_ms: 30 * DAY + MINUTE });
	expectError(await idle.get("/api/v1/session"), 401, "unauthorized");
	const old = await user.session({ madeAgo_ms: 90 * DAY + MINUTE, seenAgo_ms: 0 });
	expectError(await old.get("/api/v1/session"), 401, "unauthorized");
});

for (const [name, settings, session] of [
	["session_max_lifetime_s", { session_max_lifetime_s: 3600 }, { madeAgo_ms: 61 * MINUTE }],
	["session_inactivity_s", { session_inactivity_s: 600 }, { madeAgo_ms: 11 * MINUTE, seenAgo_ms: 11 * MINUTE }],
])
	test(`U-29 a shorter ${name} ends existing sessions at once; a younger one goes on`, async () => {
		const { project, user } = await place();
		const [old, young] = [await user.session(session), await user.session()];
		await settle(project, settings);
		expectError(await old.get("/api/v1/session"), 401, "unauthorized");
		const seen = expectStatus(await young.get("/api/v1/session"), 200);
		const seconds = settings[name];
		assert.ok(Math.abs(Date.parse(seen.session.expires_at) - Date.now() - seconds * 1000) < MINUTE, seen.session.expires_at);
		const { data } = expectStatus(await young.get("/api/v1/account/sessions"), 200);
		assert.deepEqual(data.map(({ id }) => id), [young.id]);
		await settle(project, {});
		expectStatus(await young.get("/api/v1/session"), 200);
	});

test("U-29 before the policy got shorter, the same old session worked", async () => {
	const { user } = await place();
	expectStatus(await (await user.session({ madeAgo_ms: 61 * MINUTE, seenAgo_ms: 11 * MINUTE })).get("/api/v1/session"), 200);
});

test("a session made under a policy lasts as long as it says, and so does its cookie", async () => {
	const { project, user } = await place({ session_max_lifetime_s: 7200 });
	const browser = new Client(server, { site: "auth", clientId: project.clientId });
	const flow = await openFlow(server, "sign_in", { browser, client_id: project.clientId });
	await flow.go("identify", { identifier: user.email });
	await flow.go("password", { password: user.password });
	const done = await flow.act("complete");
	expectStatus(done, 200);
	assert.ok(done.headers["set-cookie"].some((line) => line.startsWith(`${browser.sessionCookie}=`) && /Max-Age=7200;/.test(line)), String(done.headers["set-cookie"]));
	const { session } = expectStatus(await browser.get("/api/v1/session"), 200);
	assert.equal(await server.sql.value`SELECT TIMESTAMPDIFF(SECOND, created_at, expires_at) FROM sessions WHERE id = ${session.id}`, 7200);
});

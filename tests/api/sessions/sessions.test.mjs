// Browser sessions: what they are, how long they live, how they end; one's own password.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, DAY, expectError, expectStatus, makePassword, MINUTE, openFlow, person, sharedServer, signIn, sqlTime } from "../../harness/index.mjs";

const server = await sharedServer();

test("GET /session: the session, the user, the CSRF token", async () => {
	const user = await person(server);
	const browser = await user.session();
	const seen = expectStatus(await browser.get("/api/v1/session"), 200);
	assert.equal(seen.session.id, browser.id);
	assert.equal(seen.session.current, true);
	assert.equal(seen.session.auth_strength, "password");
	assert.equal(seen.user.id, user.id);
	assert.ok(seen.csrf_token.length >= 32);
	assert.deepEqual(seen.others, []);
	assert.ok(!JSON.stringify(seen).includes(browser.token));
});

test("SE-01 only the digest is stored", async () => {
	const user = await person(server, { password: true });
	const { browser } = await signIn(server, { email: user.email, password: user.password });
	const token = browser.cookies["__Host-gatehouse"];
	const row = await server.sql.row`SELECT token_digest FROM sessions WHERE user_id = ${user.id}`;
	assert.equal(row.token_digest.length, 32);
	assert.ok(!row.token_digest.includes(token.slice(0, 8)));
});

test("DELETE /session: signed out at once, the cookie is cleared", async () => {
	const user = await person(server);
	const browser = await user.session();
	const copy = browser.with({});
	const answer = await browser.delete("/api/v1/session");
	expectStatus(answer, 204);
	assert.ok(answer.headers["set-cookie"].some((line) => /^__Host-gatehouse=;/.test(line) || /__Host-gatehouse=[^;]*;.*max-age=0/i.test(line)));
	assert.equal(browser.cookies["__Host-gatehouse"], undefined);
	expectError(await copy.get("/api/v1/me"), 401, "unauthorized");
});

test("Projekt: listing and ending one's sessions; the ended one's next request is 401 (SE-06)", async () => {
	const user = await person(server);
	const [one, two, three] = [await user.session(), await user.session(), await user.session()];
	const { data } = expectStatus(await one.get("/api/v1/account/sessions"), 200);
	assert.deepEqual(data.map(({ id }) => id).sort(), [one.id, two.id, three.id].sort());
	assert.deepEqual(data.filter(({ current }) => current).map(({ id }) => id), [one.id]);
	expectStatus(await one.delete(`/api/v1/account/sessions/${two.id}`), 204);
	expectError(await two.get("/api/v1/me"), 401, "unauthorized");
	expectStatus(await three.get("/api/v1/me"), 200);
	expectStatus(await one.delete("/api/v1/account/sessions"), 204);
	expectError(await three.get("/api/v1/me"), 401, "unauthorized");
	expectStatus(await one.get("/api/v1/me"), 200);
});

test("another person's session: 404, and it lives", async () => {
	const user = await person(server);
	const stranger = await (await person(server)).session();
	expectError(await (await user.session()).delete(`/api/v1/account/sessions/${stranger.id}`), 404, "not_found");
	expectStatus(await stranger.get("/api/v1/me"), 200);
});

test("SE-08 idle for 30 days or 90 days old: 401; used on day 29 it goes on", async () => {
	const user = await person(server);
	const used = await user.session();
	await server.sql.run`UPDATE sessions SET last_seen_at = ${sqlTime(-29 * DAY)}, expires_at = ${sqlTime(DAY)}, created_at = ${sqlTime(-29 * DAY)} WHERE id = ${used.id}`;
	expectStatus(await used.get("/api/v1/me"), 200);
	const idle = await user.session();
	await server.sql.run`UPDATE sessions SET last_seen_at = ${sqlTime(-30 * DAY - MINUTE)} WHERE id = ${idle.id}`;
	expectError(await idle.get("/api/v1/me"), 401, "unauthorized");
	const old = await user.session();
	await server.sql.run`UPDATE sessions SET expires_at = ${sqlTime(-1000)} WHERE id = ${old.id}`;
	expectError(await old.get("/api/v1/me"), 401, "unauthorized");
});

test("HT-05 SE-02 two cookies of our name: no session; odd names aren't ours", async () => {
	const user = await person(server);
	const { token } = await user.session();
	const ask = (cookie) => new Client(server).get("/api/v1/me", { headers: { Cookie: cookie } });
	expectStatus(await ask(`__Host-gatehouse=${token}`), 200);
	expectStatus(await ask(`a=b; __Host-gatehouse=${token}; c=d`), 200);
	for (const cookie of [`__Host-gatehouse=${token}; __Host-gatehouse=${token}`, `__host-gatehouse=${token}`, `X__Host-gatehouse=${token}`, `__Host-gatehouse =${token}`, `$Version=1; __Host-gatehouse="${token}"`, `__Host-gatehouse=${token}x`, `=__Host-gatehouse=${token}`])
		expectError(await ask(cookie), 401, "unauthorized");
	expectStatus(await ask([`a=b`, `__Host-gatehouse=${token}`]), 200);
	expectError(await ask([`__Host-gatehouse=${token}`, `__Host-gatehouse=${token}`]), 401, "unauthorized");
});

test("U-5 the CSRF token of one session isn't another's", async () => {
	const user = await person(server);
	const [one, two] = [await user.session(), await user.session()];
	assert.notEqual(await one.csrf(), await two.csrf());
	expectError(await one.patch(`/api/v1/orgs/${user.org.id}`, { name: "x" }, { headers: { "X-CSRF-Token": await two.csrf() } }), 403, "csrf_failed");
	expectStatus(await one.patch(`/api/v1/orgs/${user.org.id}`, { name: "x" }), 200);
});

test("POST /account/password: the old one is asked, others end, this session gets a new token (U-29)", async () => {
	const user = await person(server, { password: true });
	const [browser, other] = [await user.session(), await user.session()];
	const next = makePassword();
	expectError(await browser.post("/api/v1/account/password", { current_password: makePassword(), new_password: next }), 401, "invalid_credentials");
	expectError(await browser.post("/api/v1/account/password", { current_password: user.password, new_password: "password" }), 422, "weak_password");
	expectStatus(await other.get("/api/v1/me"), 200);
	const before = browser.cookies["__Host-gatehouse"];
	expectStatus(await browser.post("/api/v1/account/password", { current_password: user.password, new_password: next }), 204);
	assert.notEqual(browser.cookies["__Host-gatehouse"], before);
	expectError(await new Client(server, { cookies: { "__Host-gatehouse": before } }).get("/api/v1/me"), 401, "unauthorized");
	expectStatus(await browser.get("/api/v1/me"), 200);
	expectError(await other.get("/api/v1/me"), 401, "unauthorized");
	await signIn(server, { email: user.email, password: next });
	const old = await openFlow(server);
	await old.go("identify", { identifier: user.email });
	expectError(await old.act("password", { password: user.password }), 401, "invalid_credentials");
});

test("POST /account/password with revoke_others false leaves the others", async () => {
	const user = await person(server, { password: true });
	const [browser, other] = [await user.session(), await user.session()];
	expectStatus(await browser.post("/api/v1/account/password", { current_password: user.password, new_password: makePassword(), revoke_others: false }), 204);
	expectStatus(await other.get("/api/v1/me"), 200);
});

test("U-24 without the old password a sign-in older than 5 minutes isn't enough: 403 reauthentication_required", async () => {
	const user = await person(server);
	const old = await user.session({ signedInAgo_ms: 6 * MINUTE });
	expectError(await old.post("/api/v1/account/password", { new_password: makePassword() }), 403, "reauthentication_required");
	const young = await user.session();
	expectStatus(await young.post("/api/v1/account/password", { new_password: makePassword() }), 204);
});

test("SE-15 the console's session cookie means nothing on the other host", async () => {
	const user = await person(server);
	const browser = await user.session();
	const elsewhere = browser.with({ site: "auth" });
	const answer = await elsewhere.get("/api/v1/me");
	assert.ok([401, 404].includes(answer.status), String(answer.status));
});

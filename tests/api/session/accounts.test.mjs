// Several accounts in one browser: signing in beside another, switching, signing out of one and of all.

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectStatus, makeId, openFlow, person, projectUser, sharedServer } from "../../harness/index.mjs";

const server = await sharedServer();
const owner = await person(server);
const project = await owner.org.project();

async function signInHere(browser, user, place = project) {
	const flow = await openFlow(server, "sign_in", { browser, client_id: place.clientId });
	await flow.go("identify", { identifier: user.email });
	await flow.go("password", { password: user.password });
	await flow.go("complete");
	browser.forgetCsrf();
}

const newBrowser = (place = project) => new Client(server, { site: "auth", clientId: place.clientId });
const people = (count, place = project) => Promise.all(Array.from({ length: count }, () => projectUser(server, place, { password: true })));
const tokensOf = (browser) => (browser.cookies[browser.sessionCookie] ?? "").split(".").filter(Boolean);
const seenBy = async (browser) => {
	const { session, user, others } = expectStatus(await browser.get("/api/v1/session"), 200);
	return { id: session.id, user: user.id, others: others.map((other) => other.user.id), sessions: others.map((other) => other.session.id) };
};

test("signing in beside another account: the new one is active, the other is one of others", async () => {
	const [one, two] = await people(2);
	const browser = newBrowser();
	await signInHere(browser, one);
	assert.deepEqual((await seenBy(browser)).others, []);
	await signInHere(browser, two);
	const seen = await seenBy(browser);
	assert.deepEqual([seen.user, seen.others, tokensOf(browser).length], [two.id, [one.id], 2]);
});

test("the same person again: their earlier session here ends, and no other (SE-03)", async () => {
	const [one, two] = await people(2);
	const browser = newBrowser();
	await signInHere(browser, one);
	const first = await seenBy(browser);
	await signInHere(browser, two);
	await signInHere(browser, one);
	const seen = await seenBy(browser);
	assert.deepEqual([seen.user, seen.others], [one.id, [two.id]]);
	assert.notEqual(seen.id, first.id);
	assert.ok(await server.sql.value`SELECT revoked_at FROM sessions WHERE id = ${first.id}`);
});

test("a sixth account: the one that was longest away is signed out", async () => {
	const six = await people(6);
	const browser = newBrowser();
	for (const one of six)
		await signInHere(browser, one);
	const seen = await seenBy(browser);
	assert.deepEqual([seen.user, seen.others], [six[5].id, [six[4].id, six[3].id, six[2].id, six[1].id]]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${six[0].id} AND revoked_at IS NULL`, 0);
	assert.equal(tokensOf(browser).length, 5);
});

test("multi_session off: who signs in signs the other out", async () => {
	const place = await owner.org.project();
	await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${place.id}, 'sign_in', '{"multi_session":false}', 1, NOW(3))`;
	const [one, two] = await people(2, place);
	const browser = newBrowser(place);
	await signInHere(browser, one, place);
	await signInHere(browser, two, place);
	const seen = await seenBy(browser);
	assert.deepEqual([seen.user, seen.others, tokensOf(browser).length], [two.id, [], 1]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${one.id} AND revoked_at IS NULL`, 0);
});

test("POST /session/switch: the other account is active, nothing else changes; both CSRF tokens differ", async () => {
	const [one, two] = await people(2);
	const [away, browser] = [await one.token(), await two.session({ others: [] })];
	browser.cookies[browser.sessionCookie] = `${browser.token}.${away.token}`;
	const before = await browser.csrf();
	expectStatus(await browser.post("/api/v1/session/switch", { session_id: away.id }), 204);
	const seen = await seenBy(browser);
	assert.deepEqual([seen.id, seen.user, seen.others, seen.sessions], [away.id, one.id, [two.id], [browser.id]]);
	assert.notEqual(await browser.csrf(), before);
	expectError(await browser.post("/api/v1/session/switch", { session_id: browser.id }, { headers: { "X-CSRF-Token": before } }), 403, "csrf_failed");
	expectStatus(await browser.post("/api/v1/session/switch", { session_id: browser.id }), 204);
	assert.equal((await seenBy(browser)).user, two.id);
});

test("POST /session/switch to what the browser doesn't hold: 404, also one's own session elsewhere", async () => {
	const [one, two] = await people(2);
	const browser = await one.session();
	const [elsewhere, stranger] = [await one.token(), await two.token()];
	for (const session_id of [elsewhere.id, stranger.id, makeId("ses")])
		expectError(await browser.post("/api/v1/session/switch", { session_id }), 404, "not_found");
	expectStatus(await browser.post("/api/v1/session/switch", { session_id: browser.id }), 204);
	assert.equal((await seenBy(browser)).id, browser.id);
});

test("a token of another project or of the console in the cookie is nobody", async () => {
	const place = await owner.org.project();
	const [one] = await people(1);
	const [other] = await people(1, place);
	const [foreign, console_] = [await other.token(), await owner.session()];
	const browser = await one.session({ others: [foreign, console_] });
	assert.deepEqual((await seenBy(browser)).others, []);
	for (const session_id of [foreign.id, console_.id])
		expectError(await browser.post("/api/v1/session/switch", { session_id }), 404, "not_found");
	expectStatus(await browser.delete("/api/v1/session?all=true"), 204);
	expectStatus(await console_.get("/api/v1/me"), 200);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE id = ${foreign.id} AND revoked_at IS NULL`, 1);
});

test("two switches at once: both answer, both sessions live, and either cookie is whole", async () => {
	const [one, two, three] = await people(3);
	const others = [await two.token(), await three.token()];
	const browser = await one.session({ others });
	await browser.csrf();
	const tabs = others.map(() => browser.with({}));
	const token = await browser.csrf();
	const answers = await atOnce(2, (i) => tabs[i].post("/api/v1/session/switch", { session_id: others[i].id }, { csrf: false, headers: { Origin: browser.origin, "X-CSRF-Token": token } }));
	for (const [i, answer] of answers.entries()) {
		expectStatus(answer, 204);
		const seen = await seenBy(tabs[i]);
		assert.deepEqual([seen.id, new Set([seen.user, ...seen.others])], [others[i].id, new Set([one.id, two.id, three.id])]);
	}
});

test("DELETE /session: the next account is active; ?all=true ends every one", async () => {
	const [one, two, three] = await people(3);
	const others = [await two.token(), await three.token()];
	const browser = await one.session({ others });
	expectStatus(await browser.delete("/api/v1/session"), 204);
	const seen = await seenBy(browser);
	assert.deepEqual([seen.user, seen.others], [two.id, [three.id]]);
	expectStatus(await browser.delete("/api/v1/session?all=true"), 204);
	assert.deepEqual(tokensOf(browser), []);
	const alive = await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id IN (${one.id}, ${two.id}, ${three.id}) AND revoked_at IS NULL`;
	assert.equal(alive, 0);
	const ends = await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE chain_id = ${project.id} AND action = 'session.revoked' AND target_id IN (${browser.id}, ${others[0].id}, ${others[1].id})`;
	assert.equal(ends, 3);
});

test("reauthentication renews the active session and leaves the others", async () => {
	const [one, two] = await people(2);
	const other = await two.token();
	const browser = await one.session({ others: [other], signedInAgo_ms: 3600_000 });
	const flow = await openFlow(server, "reauthenticate", { browser, client_id: project.clientId });
	await flow.go("password", { password: one.password });
	await flow.go("complete");
	browser.forgetCsrf();
	const seen = await seenBy(browser);
	assert.deepEqual([seen.id, seen.user, seen.others], [browser.id, one.id, [two.id]]);
	assert.notEqual(tokensOf(browser)[0], browser.token);
	expectError(await new Client(server, { site: "auth", clientId: project.clientId, cookies: { [browser.sessionCookie]: browser.token } }).get("/api/v1/session"), 401, "unauthorized");
	assert.ok(await server.sql.value`SELECT authenticated_at > NOW(3) - INTERVAL 1 MINUTE FROM sessions WHERE id = ${browser.id}`);
});

test("the console keeps one account a browser", async () => {
	const [one, two] = [await person(server, { password: true }), await person(server, { password: true })];
	const browser = new Client(server);
	for (const who of [one, two]) {
		const flow = await openFlow(server, "sign_in", { browser });
		await flow.go("identify", { identifier: who.email });
		await flow.go("password", { password: who.password });
		await flow.go("complete");
	}
	const seen = await seenBy(browser);
	assert.deepEqual([seen.user, seen.others], [two.id, []]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${one.id} AND revoked_at IS NULL`, 0);
});

// Telling clients that a sign-in has ended: to whom, what the token says, how often it is tried (OpenID Connect Back-Channel Logout; oauth.md
// rule 33).

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { digest, expectStatus, MINUTE, moveClock, ownServer, SECOND, sharedBasis, until } from "../harness/index.mjs";
import { listenAs } from "../harness/provider.mjs";
import { makeFolder } from "../harness/workplace.mjs";
import { decode, fetchKeys, getTokens, isSignedBy, makeApp } from "../api/oauth/oauth.mjs";

const basis = await sharedBasis();
const seen = [];
let status = 200;
const receiver = await listenAs(basis.tls, makeFolder("b"), ["app.example.com"], async (request, response) => {
	let text = "";
	for await (const part of request)
		text += part;
	seen.push({ method: request.method, path: request.url, type: request.headers["content-type"], token: new URLSearchParams(text).get("logout_token") });
	response.writeHead(status).end();
});
after(() => {
	receiver.closeAllConnections();
	receiver.close();
});
const server = await ownServer({ config: { outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca, connect_to: `app.example.com:443:127.0.0.1:${receiver.address().port}` } } });

const makeListener = (columns = {}) => makeApp(server, { columns: { backchannel_logout_uri: "https://app.example.com/logout", ...columns } });
const subjects = () => seen.map(({ token }) => decode(token)[1].sub);
const heard = (user, count = 1) => until("the client has been told", () => subjects().filter((sub) => sub === user.id).length >= count, { patience_ms: 20000 });
const jobs = (app) => server.sql.value`SELECT COUNT(*) FROM jobs WHERE project_id = ${app.id}`.then(Number);

test("however a sign-in ends, the clients that got something in it are told, each with a token of its own", async () => {
	const app = await makeListener();
	const session = await app.owner.session({ headers: { "X-Project-Id": app.id } });
	const ways = {
		"by the person": ({ browser }) => browser.delete("/api/v1/session"),
		"by the app": ({ browser, id_token }) => browser.get(app.at(`/oauth/logout?id_token_hint=${id_token}`), { check: false }),
		"by a member": ({ browser }) => session.delete(`/api/v1/sessions/${browser.id}`),
		"all at once": ({ user }) => session.delete(`/api/v1/users/${user.id}/sessions`),
		"with the account": ({ user }) => session.delete(`/api/v1/users/${user.id}`),
		deactivated: ({ user }) => session.post(`/api/v1/users/${user.id}/deactivate`),
	};
	for (const [name, end] of Object.entries(ways)) {
		const tokens = await getTokens(server, app, { scope: "openid offline_access" });
		const answer = await end(tokens);
		assert.ok(answer.status < 400, `${name}: ${answer.text}`);
		await heard(tokens.user);
		const { method, path, type, token } = seen.at(-1);
		assert.deepEqual([method, path, type], ["POST", "/logout", "application/x-www-form-urlencoded"]);
		const [header, { iat, exp, jti, ...claims }] = decode(token);
		assert.deepEqual([header.typ, header.alg], ["logout+jwt", "RS256"]);
		assert.ok(isSignedBy(await fetchKeys(server, app), token));
		assert.deepEqual(claims, { iss: app.issuer, sub: tokens.user.id, aud: app.clientId, sid: tokens.browser.id, events: { "http://schemas.openid.net/event/backchannel-logout": {} } }, name);
		assert.ok(exp > iat && exp - iat <= 120 && jti);
	}
	await until("nothing waits", async () => (await jobs(app)) === 0);
	assert.equal(new Set(seen.map(({ token }) => decode(token)[1].jti)).size, seen.length);
});

test("the token is for whom the client says to be, by the name under which the project gave it something", async () => {
	const app = await makeListener();
	const url = `https://app.example.com/${app.clientId}.json`;
	await server.sql.run`UPDATE clients SET metadata_url = ${Buffer.from(url)}, url_digest = ${digest(url)} WHERE project_id = ${app.id}`;
	const { user, browser, id_token } = await getTokens(server, app);
	assert.equal(decode(id_token)[1].aud, url);
	const own = "https://login.example.com";
	await server.sql.run`UPDATE grants SET issuer = ${Buffer.from(own)} WHERE project_id = ${app.id}`;
	expectStatus(await browser.delete("/api/v1/session"), 204);
	await heard(user);
	const [, { iss, aud }] = decode(seen.at(-1).token);
	assert.deepEqual([iss, aud], [own, url]);
});

test("nobody else is told: no address, another sign-in, another person", async () => {
	const [deaf, app] = [await makeApp(server), await makeListener()];
	const silent = await getTokens(server, deaf);
	expectStatus(await silent.browser.delete("/api/v1/session"), 204);
	assert.equal(await jobs(deaf), 0);
	const one = await getTokens(server, app);
	const elsewhere = await getTokens(server, app, { user: one.user });
	const other = await getTokens(server, app);
	const before = seen.length;
	expectStatus(await one.browser.delete("/api/v1/session"), 204);
	await heard(one.user);
	await until("nothing waits", async () => (await jobs(app)) === 0);
	assert.deepEqual(seen.slice(before).map(({ token }) => decode(token)[1].sid), [one.browser.id]);
	assert.ok(elsewhere.browser.id !== other.browser.id);
});

test("a client that fails is tried five times in twenty minutes, then that is an event; one that recovers isn't told again", async () => {
	const app = await makeListener();
	const { user, browser } = await getTokens(server, app);
	status = 500;
	expectStatus(await browser.delete("/api/v1/session"), 204);
	await heard(user, 1);
	const failures = () => server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${app.id} AND type = 'oauth.backchannel_logout_failed'`.then(Number);
	for (const [tries, wait_ms] of [[2, 30 * SECOND], [3, 2 * MINUTE], [4, 5 * MINUTE], [5, 10 * MINUTE]]) {
		await until("it has been put off", async () => Number(await server.sql.value`SELECT COUNT(*) FROM jobs WHERE project_id = ${app.id} AND lease_until IS NULL AND attempts = ${tries - 1}`) === 1, { patience_ms: 20000 });
		assert.equal(await failures(), 0);
		moveClock(server, wait_ms + SECOND);
		await heard(user, tries);
	}
	await until("it is an event", async () => (await failures()) === 1, { patience_ms: 20000 });
	assert.equal(await jobs(app), 0);

	const again = await getTokens(server, app);
	expectStatus(await again.browser.delete("/api/v1/session"), 204);
	await heard(again.user, 1);
	await until("it has been put off", async () => Number(await server.sql.value`SELECT COUNT(*) FROM jobs WHERE project_id = ${app.id} AND lease_until IS NULL`) === 1, { patience_ms: 20000 });
	status = 200;
	moveClock(server, 31 * SECOND);
	await heard(again.user, 2);
	await until("nothing waits", async () => (await jobs(app)) === 0);
	assert.equal(await failures(), 1);
});

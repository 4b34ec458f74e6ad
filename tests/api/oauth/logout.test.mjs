// GET and POST /oauth/logout: signing out by an app (OpenID Connect RP-Initiated Logout; oauth.md rule 33).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, digest, expectError, expectStatus, projectUser, sharedServer } from "../../harness/index.mjs";
import { getTokens, landing, makeApp, send, tampered } from "./oauth.mjs";

const server = await sharedServer();
const TARGET = "https://app.example.com/bye";
const nobody = () => new Client(server, { site: "auth", check: false });
const addUri = (app, uri) => server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, 'logout', ${digest(uri)}, ${Buffer.from(uri)})`;
const leave = (browser, app, asked = {}) => browser.get(app.at(`/oauth/logout?${new URLSearchParams(asked)}`), { check: false });
const isSignedIn = async (browser) => (await browser.get("/api/v1/session")).status === 200;
const expectPage = (answer, code) => {
	assert.equal(answer.status, 400, answer.text);
	assert.equal(answer.headers.location, undefined);
	assert.match(answer.text, new RegExp(`<code>${code}</code>`));
};

async function signedIn(options) {
	const app = await makeApp(server, options);
	await addUri(app, TARGET);
	return { app, ...(await getTokens(server, app)) };
}

test("who brings an ID token of this browser's sign-in is signed out at once, and led to the registered address with the state", async () => {
	const { app, browser, id_token, access_token } = await signedIn();
	const answer = await leave(browser, app, { id_token_hint: id_token, post_logout_redirect_uri: TARGET, state: "a b&c" });
	assert.deepEqual(landing(answer), { address: TARGET, state: "a b&c" });
	assert.equal(await isSignedIn(browser), false);
	assert.equal(expectStatus(await send(server, app, "introspect", { token: access_token }), 200).active, false);
	for (const action of ["oauth.logout", "session.revoked"])
		assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${app.id} AND action = ${action}`), 1);
	// Nobody is left to be asked.
	assert.deepEqual(landing(await leave(browser, app, { client_id: app.clientId, post_logout_redirect_uri: TARGET })), { address: TARGET });
	assert.deepEqual(landing(await leave(browser, app)), { address: `${app.issuer}/sign-out`, signed_out: "1" });
});

test("SE-16 an expired ID token will do; one of another sign-in, a changed one, somebody's access token and none at all lead to the page that asks", async () => {
	const { app, user, browser, id_token, access_token } = await signedIn();
	const other = await getTokens(server, app, { user });
	const asked = (more) => ({ post_logout_redirect_uri: TARGET, client_id: app.clientId, state: "st", ...more });
	for (const id_token_hint of [other.id_token, tampered(id_token, { exp: 1 }), access_token, "nonsense", undefined]) {
		const query = asked(id_token_hint ? { id_token_hint } : {});
		assert.deepEqual(landing(await leave(browser, app, query)), { address: `${app.issuer}/sign-out`, post_logout_redirect_uri: TARGET, client_id: app.clientId, state: "st" }, id_token_hint);
		assert.ok(await isSignedIn(browser));
	}
	assert.ok(await isSignedIn(other.browser));
	assert.deepEqual(landing(await leave(browser, app, asked({ id_token_hint: id_token }))), { address: TARGET, state: "st" });
	assert.equal(await isSignedIn(browser), false);
});

test("SE-16 an address that isn't registered for the client, octet by octet, is a page, and nobody is signed out", async () => {
	const { app, browser, id_token } = await signedIn();
	for (const post_logout_redirect_uri of [`${TARGET}/`, "https://APP.example.com/bye", "https://evil.example/", "https://app.example.com/callback"])
		expectPage(await leave(browser, app, { id_token_hint: id_token, post_logout_redirect_uri }), "invalid_request");
	expectPage(await leave(browser, app, { post_logout_redirect_uri: TARGET }), "invalid_request");
	const other = await makeApp(server);
	expectPage(await leave(browser, app, { post_logout_redirect_uri: TARGET, client_id: other.clientId }), "invalid_client");
	expectPage(await leave(browser, app, { id_token_hint: id_token, client_id: `proj_${"0".repeat(24)}` }), "invalid_request");
	expectPage(await browser.get(app.at(`/oauth/logout?state=1&state=2`), { check: false }), "invalid_request");
	const posted = (body) => browser.request("POST", app.at("/oauth/logout"), { body, headers: { "Content-Type": "application/x-www-form-urlencoded" }, check: false });
	expectPage(await posted("state=1&state=2"), "invalid_request");
	expectStatus(await posted("state=1"), 303);
	assert.ok(await isSignedIn(browser));
	assert.equal(landing(await leave(browser, app, { id_token_hint: id_token, post_logout_redirect_uri: TARGET })).address, TARGET);
});

test("of several accounts in one browser only the one that is meant goes, whichever is active", async () => {
	const { app, id_token, browser, user } = await signedIn();
	const other = await projectUser(server, app);
	const both = await other.session({ others: [browser] });
	assert.equal(landing(await leave(both, app, { id_token_hint: id_token })).signed_out, "1");
	const session = expectStatus(await both.get("/api/v1/session"), 200);
	assert.deepEqual([session.user.id, session.others.length], [other.id, 0]);
	const again = await user.session();
	const tokens = await getTokens(server, app, { user, browser: again });
	const active = await projectUser(server, app).then((third) => third.session());
	const mine = new Client(server, { site: "auth", clientId: app.clientId, cookies: { [`__Host-gatehouse-${app.clientId}`]: [again.token, active.token].join(".") } });
	assert.equal(landing(await leave(mine, app, { id_token_hint: tokens.id_token })).signed_out, "1");
	assert.notEqual(expectStatus(await mine.get("/api/v1/session"), 200).user.id, user.id);
});

test("a form is sent on as a query", async () => {
	const { app, id_token } = await signedIn();
	const form = { id_token_hint: id_token, post_logout_redirect_uri: TARGET, state: "x y" };
	const { address, ...rest } = landing(await nobody().request("POST", app.at("/oauth/logout"), { form }));
	assert.equal(address, `${app.issuer}/oauth/logout`);
	assert.deepEqual(rest, form);
});

test("the page that asks learns where it leads, for addresses of the client alone", async () => {
	const { app } = await signedIn();
	const target = (query) => nobody().get(`/api/v1/public/sign_out_target?${new URLSearchParams({ client_id: app.clientId, ...query })}`);
	assert.equal(expectStatus(await target({ post_logout_redirect_uri: TARGET, state: "a&b" }), 200).redirect_to, `${TARGET}?state=a%26b`);
	assert.equal(expectStatus(await target({ post_logout_redirect_uri: TARGET }), 200).redirect_to, TARGET);
	expectError(await target({ post_logout_redirect_uri: "https://app.example.com/callback" }), 422, "validation_failed");
});

test("metadata says so, and no page of another origin reads the answer", async () => {
	const app = await makeApp(server);
	const metadata = expectStatus(await nobody().get(app.at("/.well-known/openid-configuration")), 200);
	assert.deepEqual([metadata.end_session_endpoint, metadata.backchannel_logout_supported, metadata.backchannel_logout_session_supported], [`${app.issuer}/oauth/logout`, true, true]);
	const answer = await nobody().get(app.at("/oauth/logout"), { headers: { Origin: "https://app.example.com" } });
	assert.equal(answer.headers["access-control-allow-origin"], undefined);
});

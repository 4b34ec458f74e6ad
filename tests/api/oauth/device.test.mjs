// Devices without a browser (RFC 8628, oauth.md rule 25): their codes, who may decide about them, and polling for the token.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectOAuthError, expectStatus, projectUser, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { decode, makeApp, makeProject, program, refresh, send } from "./oauth.mjs";

const server = await sharedServer();
const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
const CLAIM = "/api/v1/device_authorizations/claim";

const makeDeviceApp = (options = {}) => makeApp(server, { isPublic: true, ...options, columns: { grant_types: "device_code refresh_token", ...options.columns } });
const own = (app, form) => ({ ...(app.isPublic ? { client_id: app.clientId } : {}), ...form });
const proven = (app) => (app.isPublic ? { headers: {} } : {});
const begin = (app, form = {}) => send(server, app, "device_authorization", own(app, form), proven(app));
const poll = (app, device_code, form = {}) => send(server, app, "token", own(app, { grant_type: DEVICE_CODE, device_code, ...form }), proven(app));
const claim = (browser, user_code) => browser.post(CLAIM, { user_code });
const decide = (browser, id, approve, more = {}) => browser.post(`/api/v1/oauth_requests/${id}/decision`, { approve, ...more });

/** The device is heard again no matter when it asked last. */
const beQuiet = (app) => server.sql.run`UPDATE device_authorizations SET last_poll_at = last_poll_at - INTERVAL 1 HOUR WHERE project_id = ${app.id}`;

async function someone(app) {
	const user = await projectUser(server, app);
	return { user, browser: await user.session() };
}

test("a device gets its tokens once somebody has typed its code and agreed", async () => {
	const app = await makeDeviceApp();
	const { user, browser } = await someone(app);
	const asked = expectStatus(await begin(app, { scope: "openid email nonsense" }), 200);
	assert.match(asked.user_code, /^[BCDFGHJKLMNPQRSTVWXZ]{4}-[BCDFGHJKLMNPQRSTVWXZ]{4}$/);
	assert.deepEqual([asked.verification_uri, asked.verification_uri_complete, asked.expires_in, asked.interval], [`${app.issuer}/device`, `${app.issuer}/device?user_code=${asked.user_code}`, 600, 5]);
	expectOAuthError(await poll(app, asked.device_code), 400, "authorization_pending");
	const shown = expectStatus(await claim(browser, ` ${asked.user_code.toLowerCase().replace("-", "")} `), 200);
	assert.deepEqual([shown.kind, shown.status, shown.client.name, shown.scopes.map(({ name }) => name), shown.resource], ["device", "consent", "Machines", ["openid", "email"], app.clientId]);
	assert.match(shown.asked_from, /^127\./);
	assert.equal(expectStatus(await browser.get(`/api/v1/oauth_requests/${shown.id}`), 200).id, shown.id);
	await beQuiet(app);
	expectOAuthError(await poll(app, asked.device_code), 400, "authorization_pending");
	const { continue_url } = expectStatus(await decide(browser, shown.id, true, { scopes: ["openid"] }), 200);
	assert.equal(continue_url, `${app.issuer}/device?done=approved`);
	const answer = await poll(app, asked.device_code);
	const tokens = expectStatus(answer, 200);
	assert.equal(answer.headers["cache-control"], "no-store");
	assert.deepEqual(Object.keys(tokens).sort(), ["access_token", "expires_in", "id_token", "refresh_token", "scope", "token_type"]);
	const claims = decode(tokens.access_token)[1];
	assert.deepEqual([claims.sub, claims.client_id, claims.aud, claims.scope, claims.sid], [user.id, app.clientId, app.clientId, "openid", browser.id]);
	assert.equal(decode(tokens.id_token)[1].sub, user.id);
	expectStatus(await refresh(server, app, tokens.refresh_token), 200);
	const actions = await server.sql.rows`SELECT action, actor_id FROM audit_events WHERE project_id = ${app.id} AND action IN ('oauth.device_approved', 'grant.created')`;
	assert.deepEqual(actions.map(({ action, actor_id }) => [action, actor_id]).sort(), [["grant.created", user.id], ["oauth.device_approved", user.id]]);
});

test("DV-04 the address with the code in it claims nothing: the person confirms the code, and sees who asks for what, from where", async () => {
	const app = await makeDeviceApp({ isFirstParty: false, columns: { scopes: "openid email" } });
	const { browser } = await someone(app);
	const asked = expectStatus(await begin(app, { scope: "openid email" }), 200);
	const address = new URL(asked.verification_uri_complete);
	expectStatus(await browser.get(address.pathname + address.search, { check: false }), 200);
	assert.equal(await server.sql.value`SELECT claimed_by FROM device_authorizations WHERE project_id = ${app.id}`, null);
	expectOAuthError(await poll(app, asked.device_code), 400, "authorization_pending");
	const seen = expectStatus(await claim(browser, asked.user_code), 200);
	assert.deepEqual([seen.status, seen.client.name, seen.resource, seen.scopes.map(({ name }) => name)], ["consent", "Machines", app.clientId, ["openid", "email"]]);
	assert.match(seen.asked_from, /^127\./);
});

test("DV-05 who refuses gives access_denied; what is too old expired_token; what was redeemed, unknown or another's invalid_grant", async () => {
	const app = await makeDeviceApp();
	const { browser } = await someone(app);
	const refused = expectStatus(await begin(app), 200);
	const { id } = expectStatus(await claim(browser, refused.user_code), 200);
	assert.equal(expectStatus(await decide(browser, id, false), 200).continue_url, `${app.issuer}/device?done=denied`);
	expectError(await decide(browser, id, true), 409, "already_decided");
	expectOAuthError(await poll(app, refused.device_code), 400, "access_denied");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${app.id} AND action = 'oauth.device_denied'`, 1);
	const good = expectStatus(await begin(app), 200);
	const { id: other } = expectStatus(await claim(browser, good.user_code), 200);
	expectStatus(await decide(browser, other, true), 200);
	expectOAuthError(await poll(await makeDeviceApp(), good.device_code), 400, "invalid_grant");
	expectStatus(await poll(app, good.device_code), 200);
	expectOAuthError(await poll(app, good.device_code), 400, "invalid_grant");
	expectError(await claim(browser, good.user_code), 404, "code_not_found");
	expectOAuthError(await poll(app, `${good.device_code}x`), 400, "invalid_grant");
	expectOAuthError(await send(server, app, "token", own(app, { grant_type: DEVICE_CODE }), proven(app)), 400, "invalid_request");
	const old = expectStatus(await begin(app), 200);
	await server.sql.run`UPDATE device_authorizations SET expires_at = NOW(3) - INTERVAL 1 SECOND WHERE project_id = ${app.id}`;
	expectOAuthError(await poll(app, old.device_code), 400, "expired_token");
	expectError(await claim(browser, old.user_code), 404, "code_not_found");
});

test("U-9 a sign-in that the client doesn't take can't agree for a device: 403 method_disabled", async () => {
	const app = await makeDeviceApp();
	const { browser } = await someone(app);
	const { id } = expectStatus(await claim(browser, expectStatus(await begin(app), 200).user_code), 200);
	await server.sql.run`UPDATE clients SET auth_methods = 'passkey' WHERE project_id = ${app.id}`;
	expectError(await decide(browser, id, true), 403, "method_disabled");
	await server.sql.run`UPDATE clients SET auth_methods = 'passkey password' WHERE project_id = ${app.id}`;
	expectStatus(await decide(browser, id, true), 200);
});

test("DV-02 polling too early is slow_down, and the wait is five seconds longer from then on", async () => {
	const app = await makeDeviceApp();
	const { device_code } = expectStatus(await begin(app), 200);
	const interval = () => server.sql.value`SELECT interval_s FROM device_authorizations WHERE project_id = ${app.id}`;
	const asIf = (seconds) => server.sql.run`UPDATE device_authorizations SET last_poll_at = last_poll_at - INTERVAL ${seconds} SECOND WHERE project_id = ${app.id}`;
	expectOAuthError(await poll(app, device_code), 400, "authorization_pending");
	expectOAuthError(await poll(app, device_code), 400, "slow_down");
	assert.equal(await interval(), 10);
	await asIf(7);
	expectOAuthError(await poll(app, device_code), 400, "slow_down");
	assert.equal(await interval(), 15);
	await asIf(15);
	expectOAuthError(await poll(app, device_code), 400, "authorization_pending");
	assert.equal(await interval(), 15);
});

test("DV-03 the first who types the code decides; nobody else, and in no other sign-in", async () => {
	const app = await makeDeviceApp();
	const [first, second] = [await someone(app), await someone(app)];
	const asked = expectStatus(await begin(app), 200);
	const { id } = expectStatus(await claim(first.browser, asked.user_code), 200);
	expectError(await claim(second.browser, asked.user_code), 409, "code_claimed");
	expectError(await decide(second.browser, id, true), 404, "not_found");
	const again = await first.user.session();
	assert.equal(expectStatus(await claim(again, asked.user_code), 200).id, id);
	expectError(await decide(first.browser, id, true), 404, "not_found");
	expectStatus(await decide(again, id, true), 200);
	assert.equal(decode(expectStatus(await poll(app, asked.device_code), 200).access_token)[1].sub, first.user.id);
	const contested = expectStatus(await begin(app), 200);
	const people = await Promise.all(Array.from({ length: 6 }, () => someone(app)));
	await Promise.all(people.map(({ browser }) => browser.csrf()));
	const answers = await Promise.all(people.map(({ browser }) => claim(browser, contested.user_code)));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
});

test("DV-03 a device's request never becomes a code", async () => {
	const app = await makeDeviceApp();
	const { browser } = await someone(app);
	const { id } = expectStatus(await claim(browser, expectStatus(await begin(app), 200).user_code), 200);
	expectStatus(await decide(browser, id, true), 200);
	const answer = await browser.get(app.at(`/oauth/continue?request=${id}`), { check: false });
	assert.equal(answer.status, 400);
	assert.match(answer.text, /<code>request_expired<\/code>/);
});

test("DV-01 after five wrong codes the session waits, and so does the address; right ones don't count", async () => {
	const app = await makeDeviceApp();
	const { user, browser } = await someone(app);
	const right = async () => expectStatus(await claim(browser, expectStatus(await begin(app), 200).user_code), 200);
	for (let i = 0; i < 6; i++)
		await right();
	for (const wrong of ["BBBB-BBBB", "AEIO-UAEI", "short", "BCDF-GHJK-L", "ZZZZ-ZZZZ"])
		expectError(await claim(browser, wrong), 404, "code_not_found");
	const { user_code } = expectStatus(await begin(app), 200);
	const refused = await claim(browser, user_code);
	expectError(refused, 429, "too_many_attempts");
	assert.ok(Number(refused.headers["retry-after"]) > 500);
	const elsewhere = await user.session();
	expectStatus(await claim(elsewhere, user_code), 200);
	const neighbour = (await (await projectUser(server, app)).session()).with({ address: browser.address });
	expectError(await claim(neighbour, user_code), 429, "too_many_attempts");
	await server.sql.run`UPDATE sign_in_throttles SET window_start_at = window_start_at - INTERVAL 10 MINUTE, blocked_until_at = NULL WHERE project_id = ${app.id} AND kind = 'device'`;
	await right();
});

test("what a first-party device got dies with the sign-in, what others got doesn't; a person who is gone gives nothing", async () => {
	const app = await makeDeviceApp();
	const foreign = await makeDeviceApp({ isFirstParty: false, columns: { scopes: "openid" } });
	for (const [which, isAlive] of [[app, false], [foreign, true]]) {
		const { browser } = await someone(which);
		const { device_code, user_code } = expectStatus(await begin(which, { scope: "openid" }), 200);
		const { id } = expectStatus(await claim(browser, user_code), 200);
		expectStatus(await decide(browser, id, true), 200);
		expectStatus(await browser.delete("/api/v1/session"), 204);
		const answer = await poll(which, device_code);
		assert.equal(answer.status, isAlive ? 200 : 400, answer.text);
	}
	const { user, browser } = await someone(app);
	const { device_code, user_code } = expectStatus(await begin(app), 200);
	expectStatus(await decide(browser, expectStatus(await claim(browser, user_code), 200).id, true), 200);
	expectStatus(await app.session.post(`/api/v1/users/${user.id}/deactivate`, {}, { headers: { "X-Project-Id": app.id } }), 200);
	expectOAuthError(await poll(app, device_code), 400, "invalid_grant");
});

test("rule 25 of twenty polls after the approval one gets the token", async () => {
	const app = await makeDeviceApp();
	const { browser } = await someone(app);
	const { device_code, user_code } = expectStatus(await begin(app), 200);
	expectStatus(await decide(browser, expectStatus(await claim(browser, user_code), 200).id, true), 200);
	const answers = await atOnce(20, () => poll(app, device_code));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(400)]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM refresh_tokens WHERE project_id = ${app.id}`, 1);
});

test("who may begin: a client that has the grant and has proven itself, for what it may ask", async () => {
	const app = await makeDeviceApp();
	expectOAuthError(await send(server, app, "device_authorization", {}, { headers: {} }), 401, "invalid_client");
	expectOAuthError(await send(server, app, "device_authorization", { client_id: app.clientId, client_secret: app.secret }, { headers: {} }), 401, "invalid_client");
	expectOAuthError(await begin(app, { resource: "https://elsewhere.example/" }), 400, "invalid_target");
	expectOAuthError(await begin(app, { scope: "nonsense" }), 400, "invalid_scope");
	expectOAuthError(await program(server).request("POST", app.at("/oauth/device_authorization?scope=openid"), { form: own(app, {}) }), 400, "invalid_request");
	expectOAuthError(await begin(await makeApp(server, { columns: { grant_types: "authorization_code" } })), 400, "unauthorized_client");
	const confidential = await makeDeviceApp({ isPublic: false });
	const { device_code } = expectStatus(await begin(confidential), 200);
	expectOAuthError(await poll({ ...confidential, secret: app.secret }, device_code), 401, "invalid_client");
	expectOAuthError(await poll(confidential, device_code), 400, "authorization_pending");
});

test("a project for people says where devices begin; one for programs doesn't", async () => {
	const metadata = async (project) => expectStatus(await program(server).get(project.at("/.well-known/oauth-authorization-server")), 200);
	const app = await metadata(await makeProject(server, { type: "web" }));
	assert.ok(app.device_authorization_endpoint.endsWith("/oauth/device_authorization"));
	assert.ok(app.grant_types_supported.includes(DEVICE_CODE));
	const machines = await metadata(await makeProject(server, { type: "mcp" }));
	assert.equal(machines.device_authorization_endpoint, undefined);
});

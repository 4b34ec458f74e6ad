// POST /oauth/par and what comes of a request that was pushed (RFC 9126; oauth.md rules 9 and 10, security.md PA-*).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectOAuthError, expectStatus, openFlow, projectUser, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { assertionOf, makeKeyClient, TYPE } from "./keys.mjs";
import { makeKey, makeProof } from "./dpop.mjs";
import { authorizePath, basic, decode, getTokens, landing, makeApp, redeem, REDIRECT_URI, send } from "./oauth.mjs";

const server = await sharedServer();
const nobody = (app) => new Client(server, { site: "auth", clientId: app?.clientId, check: false });
const follow = (browser, path) => browser.get(path, { check: false });
const expectPage = (answer, code) => {
	assert.equal(answer.status, 400, answer.text);
	assert.equal(answer.headers.location, undefined);
	assert.match(answer.text, new RegExp(`<code>${code}</code>`));
};

function asked(app, changes = {}) {
	const { code_challenge, code_challenge_method } = app.pkce;
	const form = { response_type: "code", redirect_uri: REDIRECT_URI, scope: "openid profile email", state: "st", code_challenge, code_challenge_method, ...(app.isPublic ? { client_id: app.clientId } : {}), ...changes };
	return Object.fromEntries(Object.entries(form).filter(([, value]) => value !== undefined));
}

const push = (app, changes, options) => send(server, app, "par", asked(app, changes), app.isPublic ? { headers: {}, ...options } : options);
const pushed = async (app, changes) => expectStatus(await push(app, changes), 201).request_uri;
const pathOf = (app, request_uri, more = {}) => app.at(`/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, request_uri, ...more })}`);

test("PA-01 PA-02 who proves themselves gets an address for ninety seconds, which leads where the request would have", async () => {
	for (const isPublic of [false, true]) {
		const app = await makeApp(server, { isPublic });
		const answer = await push(app, { nonce: "n-1" });
		const { request_uri, ...rest } = expectStatus(answer, 201);
		assert.deepEqual(rest, { expires_in: 90 });
		assert.match(request_uri, /^urn:ietf:params:oauth:request_uri:[A-Za-z0-9_-]{43}$/);
		assert.equal(answer.headers["cache-control"], "no-store");
		const browser = await (await projectUser(server, app)).session();
		const { code, ...back } = landing(await follow(browser, pathOf(app, request_uri)));
		assert.deepEqual(back, { address: REDIRECT_URI, state: "st", iss: app.issuer });
		assert.equal(decode(expectStatus(await redeem(server, app, code), 200).id_token)[1].nonce, "n-1");
		expectPage(await follow(browser, pathOf(app, request_uri)), "request_expired");
	}
});

test("PA-01 refused as at the token endpoint: who doesn't prove themselves, a request_uri, and what authorize would refuse", async () => {
	const app = await makeApp(server);
	const other = await makeApp(server);
	const refused = async (status, error, changes, options) => {
		const answer = await push(app, changes, options);
		assert.deepEqual([answer.status, answer.json.error], [status, error], JSON.stringify(changes));
	};
	await refused(401, "invalid_client", {}, { headers: {} });
	await refused(401, "invalid_client", { client_id: other.clientId });
	await refused(401, "invalid_client", { client_id: other.clientId, client_secret: other.secret }, { headers: {} });
	await refused(400, "invalid_request", { request_uri: await pushed(app) });
	await refused(400, "invalid_request", { redirect_uri: "https://evil.example/cb" });
	await refused(400, "invalid_request", { code_challenge_method: "plain" });
	await refused(400, "invalid_request", { response_type: "token" });
	await refused(400, "invalid_request", { request: "a.b.c" });
	await refused(400, "invalid_target", { resource: "https://api.example" });
	await refused(400, "invalid_scope", { scope: "nonsense" });
	await server.sql.run`UPDATE clients SET grant_types = 'refresh_token' WHERE project_id = ${app.id}`;
	await refused(400, "unauthorized_client", {});
	await server.sql.run`UPDATE clients SET grant_types = 'authorization_code refresh_token' WHERE project_id = ${app.id}`;
	assert.equal((await send(server, app, "par?state=x", asked(app))).json.error, "invalid_request");
	expectStatus(await push(app), 201);
});

test("DP-03 a proof that comes with what is pushed binds the code to its key, as dpop_jkt does; it counts once", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const [key, other] = [makeKey(), makeKey()];
	const proof = (by = key, changes = {}) => makeProof(by, { url: `${app.issuer}/oauth/par`, ...changes });
	const pushWith = (DPoP, changes) => push(app, changes, { headers: { ...basic(app.clientId, app.secret), DPoP } });
	const once = proof();
	const getCode = async (answer) => landing(await follow(browser, pathOf(app, expectStatus(answer, 201).request_uri))).code;
	const codes = [await getCode(await pushWith(once)), await getCode(await pushWith(proof(), { dpop_jkt: key.thumbprint })), await getCode(await push(app, { dpop_jkt: key.thumbprint }))];
	const take = (code, by) => send(server, app, "token", { grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier }, { headers: { ...basic(app.clientId, app.secret), ...(by ? { DPoP: makeProof(by, { url: `${app.issuer}/oauth/token` }) } : {}) } });
	expectOAuthError(await take(await getCode(await pushWith(proof()))), 400, "invalid_grant");
	expectOAuthError(await take(await getCode(await pushWith(proof())), other), 400, "invalid_grant");
	for (const code of codes)
		assert.equal(expectStatus(await take(code, key), 200).token_type, "DPoP");
	for (const [what, answer] of Object.entries({
		"used before": await pushWith(once),
		"of another key than dpop_jkt": await pushWith(proof(), { dpop_jkt: other.thumbprint }),
		"for another endpoint": await pushWith(proof(key, { url: `${app.issuer}/oauth/token` })),
		"no proof": await pushWith("x.y.z"),
	}))
		assert.deepEqual([answer.status, answer.json.error], [400, "invalid_dpop_proof"], what);
	expectStatus(await app.session.patch("/api/v1/oauth_settings", { dpop_require_nonce: true }, { headers: { "X-Project-Id": app.id } }), 200);
	const asked = await pushWith(proof());
	assert.deepEqual([asked.status, asked.json.error], [400, "use_dpop_nonce"]);
	expectStatus(await pushWith(proof(key, { nonce: asked.headers["dpop-nonce"] })), 201);
});

test("TK-17 a client that signs pushes with a token, which works once whatever comes of it", async () => {
	const app = await makeApp(server);
	const { client, key } = await makeKeyClient(server, "ES256", { project: app, type: "web", redirect_uris: [REDIRECT_URI] });
	const by = { headers: {} };
	const proof = () => ({ client_assertion_type: TYPE, client_assertion: assertionOf(app, client, key) });
	const used = proof();
	assert.equal((await push(app, { ...used, scope: "nonsense" }, by)).json.error, "invalid_scope");
	assert.equal((await push(app, used, by)).json.error, "invalid_client");
	const { request_uri } = expectStatus(await push(app, proof(), by), 201);
	const browser = await (await projectUser(server, app)).session();
	assert.ok(landing(await follow(browser, app.at(`/oauth/authorize?${new URLSearchParams({ client_id: client.id, request_uri })}`))).code);
});

test("PA-02 the address is its client's alone, dies after ninety seconds, and what stands beside it doesn't count", async () => {
	const app = await makeApp(server);
	const other = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const request_uri = await pushed(app);
	expectPage(await follow(browser, other.at(`/oauth/authorize?${new URLSearchParams({ client_id: other.clientId, request_uri })}`)), "request_expired");
	expectPage(await follow(browser, pathOf(app, `${request_uri.slice(0, -1)}_`)), "request_expired");
	const beside = { state: "other", scope: "openid", redirect_uri: "https://evil.example/cb", prompt: "none", response_mode: "form_post" };
	const { code, state, address } = landing(await follow(browser, pathOf(app, request_uri, beside)));
	assert.deepEqual([state, address], ["st", REDIRECT_URI]);
	assert.equal(expectStatus(await redeem(server, app, code), 200).scope, "openid profile email");

	const late = await pushed(app);
	await server.sql.run`UPDATE oauth_requests SET expires_at = ${new Date(Date.now() - 1000)} WHERE project_id = ${app.id}`;
	expectPage(await follow(browser, pathOf(app, late)), "request_expired");
});

test("PA-02 used again it is the same request in the same browser, and a page in another", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app, { password: true });
	const browser = nobody(app);
	const request_uri = await pushed(app);
	const first = landing(await follow(browser, pathOf(app, request_uri)));
	assert.equal(first.address, `${app.issuer}/sign-in`);
	assert.equal(landing(await follow(browser, pathOf(app, request_uri))).request, first.request);
	expectPage(await follow(nobody(app), pathOf(app, request_uri)), "request_expired");
	const flow = await openFlow(server, "sign_in", { browser, oauth_request_id: first.request });
	await flow.go("identify", { identifier: user.email });
	await flow.go("password", { password: user.password });
	await flow.go("complete");
	const { code } = landing(await follow(browser, pathOf(app, request_uri)));
	expectStatus(await redeem(server, app, code), 200);
	expectPage(await follow(browser, pathOf(app, request_uri)), "request_expired");
});

test("PA-02 of twenty browsers that come with one address at once it is one's", async () => {
	const app = await makeApp(server);
	for (const browsers of [Array.from({ length: 20 }, () => nobody(app)), await Promise.all(Array.from({ length: 20 }, async () => (await projectUser(server, app)).session()))]) {
		const path = pathOf(app, await pushed(app));
		const answers = await atOnce(20, (i) => follow(browsers[i], path));
		assert.deepEqual(answers.map(({ status }) => status).sort(), [303, ...Array(19).fill(400)]);
	}
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM grants WHERE project_id = ${app.id}`), 1);
});

test("PA-03 a client that must push is refused otherwise, by a form too", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const plain = () => follow(browser, authorizePath(app));
	const long = () => nobody(app).request("POST", app.at("/oauth/authorize"), { form: { client_id: app.clientId, ...asked(app, { nonce: "n".repeat(512), state: "s".repeat(1024), id_token_hint: "h".repeat(4000) }) } });
	assert.ok(landing(await plain()).code);
	assert.match(landing(await long()).request_uri, /^urn:ietf/);
	await server.sql.run`UPDATE clients SET require_par = TRUE WHERE project_id = ${app.id}`;
	assert.equal(landing(await plain()).error, "invalid_request");
	assert.equal(landing(await long()).error, "invalid_request");
	assert.ok(landing(await follow(browser, pathOf(app, await pushed(app)))).code);
});

test("PA-03 a project that wants all requests pushed says so, and refuses the others", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	assert.ok(landing(await follow(browser, authorizePath(app))).code);
	const session = await app.owner.session({ headers: { "X-Project-Id": app.id } });
	expectStatus(await session.patch("/api/v1/oauth_settings", { require_par: true }), 200);
	assert.equal(expectStatus(await nobody().get(app.at("/.well-known/openid-configuration")), 200).require_pushed_authorization_requests, true);
	assert.equal(landing(await follow(browser, authorizePath(app))).error, "invalid_request");
	assert.ok(landing(await follow(browser, pathOf(app, await pushed(app)))).code);
});

test("a long form is kept, and the browser sent on with an address that stands for it", async () => {
	const app = await makeApp(server);
	const state = "s".repeat(1024);
	const { browser, id_token } = await getTokens(server, app);
	const form = { client_id: app.clientId, ...asked(app, { state, nonce: "é".repeat(500), id_token_hint: id_token, prompt: "none" }) };
	const { address, ...parameters } = landing(await nobody(app).request("POST", app.at("/oauth/authorize"), { form }));
	assert.equal(address, `${app.issuer}/oauth/authorize`);
	assert.deepEqual(Object.keys(parameters), ["client_id", "request_uri"]);
	assert.equal(landing(await follow(browser, pathOf(app, parameters.request_uri))).state, state);
	// What the hint says of the person counts there, too.
	const again = landing(await nobody(app).request("POST", app.at("/oauth/authorize"), { form }));
	const other = await (await projectUser(server, app)).session();
	assert.equal(landing(await follow(other, pathOf(app, again.request_uri))).error, "login_required");
	const wrong = { ...form, redirect_uri: "https://evil.example/cb" };
	expectPage(await nobody(app).request("POST", app.at("/oauth/authorize"), { form: wrong }), "invalid_request");
	expectPage(await nobody(app).request("POST", app.at("/oauth/authorize"), { form: { ...form, client_id: "cli_0000000000000000" } }), "invalid_client");
});

test("metadata names the endpoint, and pages of any origin may call it", async () => {
	const app = await makeApp(server, { isPublic: true });
	const metadata = expectStatus(await nobody().get(app.at("/.well-known/openid-configuration")), 200);
	assert.equal(metadata.pushed_authorization_request_endpoint, `${app.issuer}/oauth/par`);
	assert.equal(metadata.require_pushed_authorization_requests, undefined);
	const answer = await push(app, {}, { headers: { Origin: "https://app.example.com" } });
	expectStatus(answer, 201);
	assert.equal(answer.headers["access-control-allow-origin"], "*");
});

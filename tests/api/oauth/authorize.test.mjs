// GET and POST /oauth/authorize and /oauth/continue: what an app may ask, where answers go, and who has to be asked (security.md OA-*).

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, digest, expectStatus, openFlow, projectUser, sharedServer } from "../../harness/index.mjs";
import { authorizePath, decode, getCode, getTokens, landing, makeApp, makePkce, redeem, REDIRECT_URI, send } from "./oauth.mjs";

const server = await sharedServer();
const nobody = () => new Client(server, { site: "auth", check: false });
const ask = (browser, app, changes) => browser.get(authorizePath(app, changes), { check: false });
const addUri = (app, uri, kind = "redirect") => server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, ${kind}, ${digest(uri)}, ${Buffer.from(uri)})`;

/** An error that is a page: it leads nowhere and runs nothing. */
function expectPage(answer, code, status = 400) {
	assert.equal(answer.status, status, answer.text);
	assert.match(answer.headers["content-type"], /^text\/html/);
	assert.equal(answer.headers.location, undefined);
	assert.match(answer.headers["content-security-policy"], /default-src 'none'.*frame-ancestors 'none'/);
	assert.equal(answer.headers["access-control-allow-origin"], undefined);
	assert.ok(answer.text.includes(`<code>${code}</code>`), answer.text);
	assert.ok(answer.text.includes(answer.headers["x-request-id"]));
}

test("OA-01 an unknown client or address is a page in the reader's language, never a redirect", async () => {
	const app = await makeApp(server);
	const other = await makeApp(server);
	for (const client_id of ["proj_000000000000000000000000", other.clientId, "nonsense", `${app.clientId} `, undefined])
		expectPage(await ask(nobody(), app, { client_id }), "invalid_client");
	const page = await nobody().get(authorizePath(app, { redirect_uri: "https://evil.example/" }), { headers: { "Accept-Language": "es-MX,en;q=0.5" } });
	expectPage(page, "invalid_request");
	assert.match(page.text, /<html lang="es">.*Algo salió mal/);
	await server.sql.run`UPDATE clients SET is_active = FALSE WHERE project_id = ${app.id}`;
	expectPage(await ask(nobody(), app), "invalid_client");
	await server.sql.run`UPDATE clients SET is_active = TRUE WHERE project_id = ${app.id}`;
	assert.match(landing(await ask(nobody(), app)).address, /\/sign-in$/);
});

test("TN-10 whose organization is suspended leads to a page that says so, as does a request under way", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session({ signedInAgo_ms: 60_000 });
	const { request } = landing(await ask(browser, app, { prompt: "login" }));
	const turn = (status) => server.sql.run`UPDATE orgs SET status = ${status} WHERE id = ${app.orgId}`;
	await turn("suspended");
	for (const path of [authorizePath(app), app.at(`/oauth/continue?request=${request}`)])
		assert.deepEqual(landing(await browser.get(path)), { address: `${app.issuer}/error`, code: "org_suspended" });
	await turn("active");
	assert.ok(landing(await ask(browser, app)).code);
	assert.equal(landing(await browser.get(app.at(`/oauth/continue?request=${request}`))).address, `${app.issuer}/sign-in`);
});

test("OA-02 OA-03 the address is compared octet by octet; on loopback alone the port may differ", async () => {
	const app = await makeApp(server);
	await addUri(app, "http://127.0.0.1/cb");
	for (const redirect_uri of ["https://app.example.com/callback/", "https://app.example.com:443/callback", "https://APP.example.com/callback", "https://app.example.com/callback#x",
		"https://app.example.com/callback?x", "https://app.example.com\\callback", "https://user@app.example.com/callback", "https://app.example.com/callback%00", "https://app.example.com/call",
		"http://127.0.0.1/cb2", "http://127.0.0.1:x/cb", "http://localhost/cb", "http://127.0.0.1.evil.example/cb"])
		expectPage(await ask(nobody(), app, { redirect_uri }), "invalid_request");
	for (const redirect_uri of [REDIRECT_URI, "http://127.0.0.1/cb", "http://127.0.0.1:49152/cb"])
		assert.match(landing(await ask(nobody(), app, { redirect_uri })).address, /\/sign-in$/);
});

test("OA-04 the address may be left out when there is one and OpenID isn't asked for", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	expectPage(await ask(browser, app, { redirect_uri: undefined }), "invalid_request");
	const plain = { redirect_uri: undefined, scope: "email" };
	assert.equal(landing(await ask(browser, app, plain)).address, REDIRECT_URI);
	expectStatus(await redeem(server, app, await getCode(app, browser, plain), { redirect_uri: undefined }), 200);
	await addUri(app, "https://app.example.com/other");
	expectPage(await ask(browser, app, plain), "invalid_request");
});

test("OA-10 an address may be as long as the longest state and address in it, in any writing; a form leads to the same", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const long = `https://app.example.com/${"c".repeat(1900)}`;
	await addUri(app, long);
	for (const [redirect_uri, state] of [[REDIRECT_URI, "é".repeat(512)], [REDIRECT_URI, "s".repeat(1024)], [long, "s".repeat(1024)]]) {
		const changes = { redirect_uri, state };
		const direct = landing(await ask(browser, app, changes));
		assert.deepEqual([direct.address, direct.state], [redirect_uri, state]);
		const form = Object.fromEntries(new URL(authorizePath(app, changes), app.issuer).searchParams);
		const posted = await browser.request("POST", app.at("/oauth/authorize"), { form, check: false, csrf: false });
		const { code, ...back } = landing(await browser.get(new URL(posted.headers.location).pathname + new URL(posted.headers.location).search, { check: false }));
		assert.ok(code);
		assert.deepEqual([back.address, back.state], [redirect_uri, state]);
	}
});

test("ui_locales: our pages are told the first language that they speak, by a form and by a pushed request, too", async () => {
	const app = await makeApp(server);
	const led = async (changes) => landing(await ask(nobody(), app, changes)).locale;
	assert.deepEqual([await led({ ui_locales: "fr es-MX en" }), await led({ ui_locales: "fr" }), await led({})], ["es", undefined, undefined]);
	assert.equal(landing(await ask(await (await projectUser(server, app)).session(), app, { ui_locales: "es", prompt: "login" })).locale, "es");
	const form = Object.fromEntries(new URL(authorizePath(app, { ui_locales: "es" }), app.issuer).searchParams);
	const posted = new URL((await nobody().request("POST", app.at("/oauth/authorize"), { form })).headers.location);
	assert.equal(landing(await nobody().get(posted.pathname + posted.search)).locale, "es");
	const { request_uri } = expectStatus(await send(server, app, "par", form), 201);
	assert.equal(landing(await nobody().get(app.at(`/oauth/authorize?${new URLSearchParams({ client_id: app.clientId, request_uri })}`))).locale, "es");
	assert.deepEqual(expectStatus(await nobody().get(app.at("/.well-known/openid-configuration")), 200).ui_locales_supported, ["en", "es"]);
});

test("OA-05 OA-06 OA-07 OA-17 TK-01 TK-02 TK-03 what is wrong goes back to the app with iss and its state, and nobody is asked anything", async () => {
	const app = await makeApp(server);
	const { code_challenge } = app.pkce;
	const wrong = [
		["unsupported_response_type", { response_type: "token" }], ["unsupported_response_type", { response_type: "code id_token" }], ["invalid_request", { response_type: undefined }],
		["invalid_request", { response_mode: "fragment" }], ["request_not_supported", { request: "x.y.z" }], ["request_uri_not_supported", { request_uri: "https://evil.example/r" }],
		["invalid_request", { code_challenge: undefined, code_challenge_method: undefined }], ["invalid_request", { code_challenge_method: undefined }], ["invalid_request", { code_challenge_method: "plain" }],
		["invalid_request", { code_challenge_method: "s256" }], ["invalid_request", { code_challenge: `${code_challenge}A` }], ["invalid_request", { code_challenge: code_challenge.slice(1) }],
		["invalid_target", { resource: "https://api.example" }], ["invalid_scope", { scope: "nonsense" }], ["invalid_request", { prompt: "none login" }], ["invalid_request", { prompt: "dance" }],
		["invalid_request", { max_age: "-1" }], ["invalid_request", { max_age: "soon" }],
	];
	for (const [error, changes] of wrong)
		assert.deepEqual(landing(await ask(nobody(), app, { state: "a b&c=ü", ...changes })), { address: REDIRECT_URI, error, state: "a b&c=ü", iss: app.issuer }, JSON.stringify(changes));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM oauth_requests WHERE project_id = ${app.id}`, 0);
	await server.sql.run`UPDATE clients SET grant_types = 'refresh_token' WHERE project_id = ${app.id}`;
	assert.equal(landing(await ask(nobody(), app)).error, "unauthorized_client");
	await server.sql.run`UPDATE clients SET grant_types = 'authorization_code refresh_token' WHERE project_id = ${app.id}`;
	assert.match(landing(await ask(nobody(), app)).address, /\/sign-in$/);
});

test("OA-18 a repeated parameter is a page; an empty one is absent, an unknown one nothing", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	expectPage(await browser.get(`${authorizePath(app)}&state=x`, { check: false }), "invalid_request");
	expectPage(await browser.get(`${authorizePath(app)}&color=1&color=2`, { check: false }), "invalid_request");
	expectPage(await browser.request("POST", authorizePath(app), { form: { client_id: app.clientId }, csrf: false, check: false }), "invalid_request");
	assert.ok(landing(await browser.get(`${authorizePath(app)}&nonce=&max_age=&color=blue`, { check: false })).code);
});

test("OA-07 OA-08 OA-10 who is signed in goes straight back, by a 303, with a code, the unchanged state and iss", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const answer = await ask(browser, app, { state: "~/?#[]@!$&'()*+,;= %" });
	const { code, ...rest } = landing(answer);
	assert.deepEqual(rest, { address: REDIRECT_URI, state: "~/?#[]@!$&'()*+,;= %", iss: app.issuer });
	assert.match(code, /^[A-Za-z0-9_-]{43}$/);
	assert.equal(answer.headers["cache-control"], "no-store");
	assert.equal(answer.headers["referrer-policy"], "no-referrer", "OA-12");
	const long = "s".repeat(1024);
	assert.equal(landing(await ask(browser, app, { state: long })).state, long);
	assert.equal((await ask(browser, app, { state: `${long}s` })).status, 400);
	const grant = await server.sql.row`SELECT * FROM grants WHERE project_id = ${app.id} ORDER BY id LIMIT 1`;
	assert.equal(grant.scopes, "openid profile email");
	assert.ok(!JSON.stringify(await server.sql.rows`SELECT HEX(digest) d FROM oauth_codes WHERE project_id = ${app.id}`).includes(code));
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${app.id} AND action = 'grant.created'`), 2);
});

test("who isn't signed in signs in first: the flow made for the request leads back to it, in the same browser alone", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app, { password: true });
	const browser = new Client(server, { site: "auth", clientId: app.clientId });
	const { address, request } = landing(await ask(browser, app, { nonce: "n-1" }));
	assert.equal(address, `${app.issuer}/sign-in`);
	const seen = expectStatus(await browser.get(`/api/v1/oauth_requests/${request}`), 200);
	assert.deepEqual([seen.status, seen.kind, seen.client.redirect_host], ["flow", "code", "app.example.com"]);
	const flow = await openFlow(server, "sign_in", { browser, oauth_request_id: request });
	await flow.go("identify", { identifier: user.email });
	await flow.go("password", { password: user.password });
	const done = await flow.go("complete");
	assert.equal(done.result.redirect_to, `${app.issuer}/oauth/continue?request=${request}`);
	const path = app.at(`/oauth/continue?request=${request}`);
	expectPage(await nobody().get(path), "request_expired");
	const { code } = landing(await browser.get(path));
	assert.equal(decode(expectStatus(await redeem(server, app, code), 200).id_token)[1].nonce, "n-1");
	expectPage(await browser.get(path, { check: false }), "request_expired");
});

test("a request of another browser, of no browser or that is too old can't be signed in for", async () => {
	const app = await makeApp(server);
	const browser = new Client(server, { site: "auth", clientId: app.clientId });
	const { request } = landing(await ask(browser, app));
	const open = (by) => by.post("/api/v1/flows", { kind: "sign_in", oauth_request_id: request }, { headers: { Origin: by.origin } });
	const stranger = new Client(server, { site: "auth", clientId: app.clientId });
	assert.equal((await open(stranger)).json.error.code, "request_expired");
	await ask(stranger, app);
	assert.equal((await open(stranger)).json.error.code, "request_expired");
	expectStatus(await open(browser), 201);
	await server.sql.run`UPDATE oauth_requests SET expires_at = created_at WHERE id = ${request}`;
	assert.equal((await open(browser)).json.error.code, "request_expired");
	assert.equal((await browser.get(`/api/v1/oauth_requests/${request}`)).status, 410);
	expectPage(await browser.get(app.at(`/oauth/continue?request=${request}`), { check: false }), "request_expired");
});

test("OA-15 each tab has its own request", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	const browser = new Client(server, { site: "auth", clientId: app.clientId });
	const [first, second] = [landing(await ask(browser, app, { state: "1" })).request, landing(await ask(browser, app, { state: "2" })).request];
	const signedIn = await user.session();
	Object.assign(browser.cookies, signedIn.cookies);
	assert.equal(landing(await browser.get(app.at(`/oauth/continue?request=${second}`))).state, "2");
	assert.equal(landing(await browser.get(app.at(`/oauth/continue?request=${first}`))).state, "1");
});

test("OA-16 prompt=none asks nobody: login_required, consent_required, or a code", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	assert.equal(landing(await ask(nobody(), app, { prompt: "none" })).error, "login_required");
	const browser = await user.session();
	const { id_token } = await getTokens(server, app, { user, browser });
	assert.ok(landing(await ask(browser, app, { prompt: "none", id_token_hint: id_token })).code);
	const other = await (await projectUser(server, app)).session();
	assert.equal(landing(await ask(other, app, { prompt: "none", id_token_hint: id_token })).error, "login_required");
	await server.sql.run`UPDATE clients SET is_first_party = FALSE WHERE project_id = ${app.id}`;
	assert.equal(landing(await ask(browser, app, { prompt: "none" })).error, "consent_required");
	assert.equal(landing(await ask(browser, app)).address, `${app.issuer}/consent`);
});

test("prompt=login and max_age want a new sign-in, which counts once it is done", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app, { password: true });
	const browser = await user.session({ signedInAgo_ms: 60_000 });
	assert.ok(landing(await ask(browser, app, { max_age: "3600" })).code);
	assert.equal(landing(await ask(browser, app, { max_age: "30", prompt: "none" })).error, "login_required");
	for (const changes of [{ prompt: "login" }, { max_age: "30" }]) {
		const { address, request, again } = landing(await ask(browser, app, changes));
		assert.deepEqual([address, again], [`${app.issuer}/sign-in`, "1"]);
		assert.equal(landing(await browser.get(app.at(`/oauth/continue?request=${request}`))).request, request, "not yet");
		const flow = await openFlow(server, "reauthenticate", { browser, oauth_request_id: request });
		await flow.go("password", { password: user.password });
		await flow.go("complete");
		const { code } = landing(await browser.get(app.at(`/oauth/continue?request=${request}`)));
		const [, claims] = decode(expectStatus(await redeem(server, app, code), 200).id_token);
		assert.ok(claims.auth_time >= Date.now() / 1000 - 30);
		await server.sql.run`UPDATE sessions SET authenticated_at = authenticated_at - INTERVAL 60 SECOND WHERE user_id = ${user.id}`;
	}
});

test("U-9 a session made by a way that the client doesn't take signs in again by one it does", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app, { password: true });
	const take = (methods) => server.sql.run`UPDATE clients SET auth_methods = ${methods} WHERE project_id = ${app.id}`;
	const leads = async (browser, changes) => landing(await ask(browser, app, changes));
	for (const [methods, auth_strength, amr, isTaken] of [
		["password", "password", "pwd", true], ["password", "totp_mfa", "pwd otp mfa", true], ["password", "passkey", "pop mfa", false], ["password", "email_otp", "otp", false],
		["passkey", "passkey", "pwd pop mfa", true], ["passkey", "password", "pwd", false], ["social", "social_oauth", "fed", true], ["social", "phone_otp", "sms", false], [null, "anonymous", "anonymous", true],
	]) {
		await take(methods);
		const browser = await user.session({ auth_strength, amr });
		const { code, address, error } = await leads(browser);
		assert.deepEqual([Boolean(code), address], [isTaken, isTaken ? REDIRECT_URI : `${app.issuer}/sign-in`], `${methods} for ${amr}: ${error}`);
		assert.equal((await leads(browser, { prompt: "none" })).error, isTaken ? undefined : "login_required");
	}
	await take("password");
	const browser = await user.session({ auth_strength: "email_otp", amr: "otp" });
	const { request, again } = await leads(browser);
	assert.equal(again, undefined, "whoever comes needn't be the same person");
	const path = app.at(`/oauth/continue?request=${request}`);
	assert.equal(landing(await browser.get(path)).request, request, "not yet");
	const flow = await openFlow(server, "sign_in", { browser, oauth_request_id: request });
	await flow.go("identify", { identifier: user.email });
	await flow.go("password", { password: user.password });
	await flow.go("complete");
	const { code } = landing(await browser.get(path));
	assert.equal(decode(expectStatus(await redeem(server, app, code), 200).id_token)[1].sub, user.id);
});

test("U-9 who acts in somebody's name isn't asked how that person signs in", async () => {
	const app = await makeApp(server, { columns: { auth_methods: "passkey" } });
	const user = await projectUser(server, app);
	assert.equal(landing(await ask(await user.session(), app)).address, `${app.issuer}/sign-in`, "the control");
	const browser = await user.session({ session_class: "support_impersonation", impersonator_id: app.owner.id, impersonation_reason: "looking for a fault" });
	assert.ok(landing(await ask(browser, app)).code);
});

test("prompt=select_account lets the person choose among the accounts of this browser, once", async () => {
	const app = await makeApp(server, { isFirstParty: false, columns: { scopes: "openid email" } });
	const [ada, bob] = [await projectUser(server, app), await projectUser(server, app)];
	const second = await bob.token({ signedInAgo_ms: 60_000 });
	const browser = await ada.session({ signedInAgo_ms: 60_000, others: [second] });
	const { address, request } = landing(await ask(browser, app, { prompt: "select_account", scope: "openid email" }));
	assert.equal(address, `${app.issuer}/select-account`);
	const go = (more = "") => browser.get(app.at(`/oauth/continue?request=${request}${more}`), { check: false });
	assert.equal(landing(await go()).address, `${app.issuer}/select-account`, "not yet");
	assert.equal(landing(await go(`&account=${second.id}`)).address, `${app.issuer}/select-account`, "that one isn't the active one");
	expectStatus(await browser.post("/api/v1/session/switch", { session_id: second.id }), 204);
	assert.equal(landing(await go(`&account=${second.id}`)).address, `${app.issuer}/consent`);
	const { continue_url } = expectStatus(await browser.post(`/api/v1/oauth_requests/${request}/decision`, { approve: true }), 200);
	const { code } = landing(await browser.get(new URL(continue_url).pathname + new URL(continue_url).search, { check: false }));
	assert.equal(decode(expectStatus(await redeem(server, app, code), 200).id_token)[1].sub, bob.id);
	// Nobody signed in: signing in is the choice.
	assert.equal(landing(await ask(nobody(), app, { prompt: "select_account" })).address, `${app.issuer}/sign-in`);
});

test("OA-06 form_post is a page that posts the answer and can do nothing else; what it says is escaped", async () => {
	const app = await makeApp(server);
	const browser = await (await projectUser(server, app)).session();
	const page = await ask(browser, app, { response_mode: "form_post", state: "\"><script>alert(1)</script>" });
	assert.equal(page.status, 200);
	const nonce = /script-src 'nonce-([^']+)'/.exec(page.headers["content-security-policy"])[1];
	assert.match(page.headers["content-security-policy"], /^default-src 'none'; script-src 'nonce-[^']+'; form-action https:\/\/app\.example\.com;/);
	assert.ok(page.text.includes(`<script nonce="${nonce}">document.forms[0].submit()</script>`));
	assert.equal(page.text.match(/<script/g).length, 1);
	assert.match(page.text, /name="code" value="[A-Za-z0-9_-]{43}"/);
	const refused = await ask(nobody(), app, { response_mode: "form_post", prompt: "none" });
	assert.match(refused.text, /name="error" value="login_required"/);
});

test("a form is sent on as a query, so that the browser's cookies come along", async () => {
	const app = await makeApp(server);
	const query = new URLSearchParams(authorizePath(app, { state: "st ate", id_token_hint: "a.b.c" }).split("?")[1]);
	const answer = await nobody().request("POST", app.at("/oauth/authorize"), { form: Object.fromEntries(query) });
	const url = new URL(answer.headers.location);
	assert.equal(answer.status, 303);
	assert.deepEqual(Object.fromEntries(url.searchParams), Object.fromEntries(query));
	const browser = await (await projectUser(server, app)).session();
	assert.equal(landing(await browser.get(url.pathname + url.search, { check: false })).state, "st ate");
});

test("OA-11 no page of another origin reads what authorize answers", async () => {
	const app = await makeApp(server);
	const answer = await nobody().get(authorizePath(app), { headers: { Origin: "https://app.example.com" } });
	assert.equal(answer.headers["access-control-allow-origin"], undefined);
	const preflight = await nobody().request("OPTIONS", app.at("/oauth/authorize"), { headers: { Origin: "https://app.example.com", "Access-Control-Request-Method": "GET" } });
	assert.equal(preflight.status, 405);
});

test("TK-01 a client that may do without PKCE must bring a nonce then", async () => {
	const app = await makeApp(server, { columns: { require_pkce: 0 } });
	const browser = await (await projectUser(server, app)).session();
	const without = { code_challenge: undefined, code_challenge_method: undefined };
	assert.equal(landing(await ask(browser, app, without)).error, "invalid_request");
	const code = await getCode(app, browser, { ...without, nonce: "n" });
	expectStatus(await redeem(server, app, code, { code_verifier: undefined }), 200);
	await server.sql.run`UPDATE clients SET token_endpoint_auth_method = 'none' WHERE project_id = ${app.id}`;
	assert.equal(landing(await ask(browser, app, { ...without, nonce: "n" })).error, "invalid_request");
	assert.ok(makePkce().code_challenge);
});

test("a session that is over, of somebody banned, or of another project is no session", async () => {
	const app = await makeApp(server);
	const user = await projectUser(server, app);
	const browser = await user.session();
	assert.ok(landing(await ask(browser, app)).code);
	const other = await makeApp(server);
	const foreign = await (await projectUser(server, other)).session();
	foreign.cookies[`__Host-gatehouse-${app.clientId}`] = foreign.cookies[`__Host-gatehouse-${other.clientId}`];
	assert.match(landing(await ask(foreign, app)).address, /\/sign-in$/);
	await server.sql.run`UPDATE users SET status = 'banned' WHERE id = ${user.id}`;
	assert.match(landing(await ask(browser, app)).address, /\/sign-in$/);
});

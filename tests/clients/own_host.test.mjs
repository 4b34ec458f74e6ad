// A host name of a project's own (oauth.md section 2): an issuer at its root, whose tokens work there alone; nobody else's project is there.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { authorizePath, basic, decode, isSignedBy, landing, makeApp, REDIRECT_URI } from "../api/oauth/oauth.mjs";
import { addPasskey, Client, expectOAuthError, expectStatus, openFlow, person, projectUser, setSignIn, sharedBasis, socialProvider, startGatehouse, until, waitForMail } from "../harness/index.mjs";
import { children } from "../harness/server.mjs";
import { BUILD, makeFolder, run } from "../harness/workplace.mjs";

const HOST = "login.localhost";
const folder = makeFolder("o");
const ownFile = path.join(folder, "own.conf");
const say = (clientId, issuer) => fs.writeFileSync(ownFile, `set $gatehouse_client ${clientId};\nset $gatehouse_issuer ${issuer};\n`);
say("proj_000000000000000000000000", "https://nowhere.example.com");

const server = await startGatehouse({ basis: await sharedBasis(), nginx: { extra: ({ port, basis }) => `
	server {
		listen 127.0.0.1:${port} ssl;
		server_name ${HOST};
		ssl_certificate ${basis.tls.cert};
		ssl_certificate_key ${basis.tls.key};
		include ${ownFile};
		include snippets/gatehouse-own-host.conf;
	}` } });
after(() => server.stop());

const ISSUER = `https://${HOST}:${server.port}`;
const ctl = (...words) => run(path.join(BUILD, "gatehousectl"), ["--config", server.configFile, ...words]);
const reload = async () => {
	const before = children(server.nginx.pid);
	server.nginx.kill("SIGHUP");
	await until("nginx has read its configuration again", () => !children(server.nginx.pid).some((pid) => before.includes(pid)));
};
const owner = await person(server);
const app = await makeApp(server, { type: "hybrid", owner });
const other = await makeApp(server, { type: "hybrid", owner });
const at = (options) => new Client(server, { site: HOST, check: false, ...options });
const get = (target) => at().get(target);
const METADATA = "/.well-known/oauth-authorization-server";

test("a name that the database doesn't know, or knows as another's, is 421 whatever is asked; set, it serves, and one name is one project's", async () => {
	say(app.clientId, ISSUER);
	await reload();
	assert.equal((await get(METADATA)).status, 421);
	await ctl("host", "set", ISSUER, "--project", other.id);
	for (const target of [METADATA, "/oauth/authorize", `/api/v1/public/sign_in_config?client_id=${app.clientId}`]) {
		const answer = await get(target);
		assert.equal(answer.status, 421, target);
		assert.ok(!answer.text.includes(app.id));
	}
	await assert.rejects(() => ctl("host", "set", ISSUER, "--project", app.id), /is taken/);
	await ctl("host", "remove", other.id);
	await ctl("host", "set", ISSUER, "--project", app.id);
	assert.equal((await get(METADATA)).status, 200);
	assert.match((await ctl("hosts", "list")).stdout, new RegExp(`${ISSUER} +${app.id}`));
	for (const bad of ["http://login.example.com", "https://Login.example.com", "https://login.example.com/x", "https://a b", server.authUrl])
		await assert.rejects(() => ctl("host", "set", bad, "--project", app.id), bad);
	assert.equal((await get(METADATA)).status, 200, "and it kept its name");
});

test("metadata in both spellings, keys and a resource's metadata stand at the root and name the host alone", async () => {
	for (const target of [METADATA, "/.well-known/openid-configuration"]) {
		const answer = await get(target);
		const document = expectStatus(answer, 200);
		assert.equal(document.issuer, ISSUER);
		for (const [name, value] of Object.entries(document).filter(([, each]) => typeof each === "string" && each.startsWith("https://")))
			assert.ok(value === ISSUER || value.startsWith(`${ISSUER}/`), `${name}: ${value}`);
		assert.equal(answer.headers["access-control-allow-origin"], "*");
	}
	for (const target of [`/p/${app.clientId}${METADATA}`, `${METADATA}/p/${app.clientId}`, `/p/${other.clientId}/.well-known/jwks.json`, `/p/${other.clientId}/oauth/authorize`])
		assert.equal((await get(target)).status, 404, target);
	const headers = { "X-Project-Id": app.id };
	const identifier = "https://orders.example.com/";
	expectStatus(await app.session.post("/api/v1/resource_servers", { identifier, name: "Orders" }, { headers }), 201);
	const found = expectStatus(await get(`/.well-known/oauth-protected-resource?resource=${encodeURIComponent(identifier)}`), 200);
	assert.deepEqual(found.authorization_servers, [ISSUER]);
});

const root = (target) => target.replace(`/p/${app.clientId}`, "");
const form = (endpoint, fields) => at().request("POST", `/oauth/${endpoint}`, { form: fields, headers: basic(app.clientId, app.secret) });
const atOldIssuer = (endpoint, fields) => new Client(server, { site: "auth", check: false }).request("POST", app.at(`/oauth/${endpoint}`), { form: fields, headers: basic(app.clientId, app.secret) });
const codeForm = (code) => ({ grant_type: "authorization_code", code, redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier });

test("code with PKCE: iss, tokens and their keys are the host's; code, refresh token and access token are worth nothing at the other issuer, nor its here", async () => {
	const user = await projectUser(server, app);
	const { cookies } = await user.session();
	const browser = at({ cookies, clientId: app.clientId });
	const getCode = async () => landing(await browser.get(root(authorizePath(app)), { check: false }));
	const answer = await getCode();
	assert.deepEqual([answer.iss, answer.address, answer.state], [ISSUER, REDIRECT_URI, "st"]);
	const tokens = expectStatus(await form("token", codeForm(answer.code)), 200);
	const { keys } = expectStatus(await get("/.well-known/jwks.json"), 200);
	assert.ok(isSignedBy(keys, tokens.access_token));
	assert.equal(decode(tokens.access_token)[1].iss, ISSUER);
	assert.equal(decode(tokens.id_token)[1].iss, ISSUER);
	assert.equal(expectStatus(await at().get("/oauth/userinfo", { headers: { Authorization: `Bearer ${tokens.access_token}` } }), 200).sub, user.id);
	assert.equal(expectStatus(await form("introspect", { token: tokens.access_token }), 200).active, true);

	assert.deepEqual(expectStatus(await atOldIssuer("introspect", { token: tokens.access_token }), 200), { active: false });
	expectOAuthError(await atOldIssuer("token", codeForm((await getCode()).code)), 400, "invalid_grant");
	const renewed = expectStatus(await form("token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token }), 200);
	expectOAuthError(await atOldIssuer("token", { grant_type: "refresh_token", refresh_token: renewed.refresh_token }), 400, "invalid_grant");
	const old = expectStatus(await atOldIssuer("token", { grant_type: "client_credentials" }), 200).access_token;
	assert.equal(decode(old)[1].iss, app.issuer);
	assert.equal(expectStatus(await atOldIssuer("introspect", { token: old }), 200).active, true);
	assert.deepEqual(expectStatus(await form("introspect", { token: old }), 200), { active: false });
	expectOAuthError(await at().request("POST", "/oauth/token", { form: { grant_type: "client_credentials" }, headers: basic(other.clientId, other.secret) }), 401, "invalid_client");
	expectStatus(await form("token", { grant_type: "client_credentials" }), 200);
});

test("rule 22: a token for the host's API works on its person's account there, and not at AUTH_HOST; nor the other way round", async () => {
	const user = await projectUser(server, app);
	const { cookies } = await user.session();
	const tokenAt = async (site, place, issuer) => {
		const browser = new Client(server, { site, cookies, clientId: app.clientId, check: false });
		const asked = authorizePath(app, { resource: `${issuer}/api`, scope: "openid account" });
		return expectStatus(await place("token", codeForm(landing(await browser.get(site === HOST ? root(asked) : asked)).code)), 200).access_token;
	};
	const seenBy = (site, bearer) => new Client(server, { site, bearer, check: false }).get("/api/v1/account");
	const [own, old] = [await tokenAt(HOST, form, ISSUER), await tokenAt("auth", atOldIssuer, server.authUrl)];
	assert.equal(expectStatus(await seenBy(HOST, own), 200).id, user.id);
	assert.equal(expectStatus(await seenBy("auth", old), 200).id, user.id);
	assert.equal((await seenBy("auth", own)).status, 401);
	assert.equal((await seenBy(HOST, old)).status, 401);
});

test("TN-10 whose organization is suspended is led to a page of the host that says so", async () => {
	const [{ org_id }] = await server.sql.rows`SELECT org_id FROM projects WHERE id = ${app.id}`;
	const turn = (status) => server.sql.run`UPDATE orgs SET status = ${status} WHERE id = ${org_id}`;
	await turn("suspended");
	const led = landing(await get(root(authorizePath(app))));
	await turn("active");
	assert.deepEqual(led, { address: `${ISSUER}/p/${app.clientId}/error`, code: "org_suspended" });
	assert.equal((await get(new URL(led.address).pathname)).status, 200);
});

test("who isn't signed in is led to a page of the host, and signs in there; another project's people and flows are nowhere", async () => {
	const browser = at({ clientId: app.clientId });
	const led = landing(await browser.get(root(authorizePath(app)), { check: false }));
	assert.ok(led.address.startsWith(`${ISSUER}/p/${app.clientId}/`), led.address);
	const page = await get(new URL(led.address).pathname);
	assert.equal(page.status, 200);
	assert.match(page.headers["content-security-policy"], /default-src 'none'/);
	const begin = (clientId, origin = ISSUER) => at().post("/api/v1/flows", { kind: "sign_in", client_id: clientId }, { headers: { Origin: origin } });
	assert.equal((await begin(app.clientId)).status, 201);
	assert.notEqual((await begin(other.clientId)).status, 201);
	assert.equal((await begin(app.clientId, server.authUrl)).status, 403, "a page of AUTH_HOST");
	const user = await projectUser(server, other);
	const { cookies } = await user.session();
	assert.equal((await at({ cookies, clientId: other.clientId }).get("/api/v1/account")).status, 404);
	assert.equal((await new Client(server, { site: "auth", cookies, clientId: other.clientId, check: false }).get("/api/v1/account")).status, 200);
	for (const target of ["/api/v1/projects", "/mcp", "/dashboard/", "/readyz"])
		assert.equal((await at({ bearer: (await owner.token()).secret }).get(target)).status, 404, target);
});

/** Somebody who isn't signed in follows the app to the host's pages, and signs in there by the flow API. */
async function signedInThere(changes) {
	const user = await projectUser(server, app, { password: true });
	const browser = at({ clientId: app.clientId });
	const { request } = landing(await browser.get(root(authorizePath(app, changes)), { check: false }));
	const flow = await openFlow(server, "sign_in", { browser, oauth_request_id: request });
	await flow.go("identify", { identifier: user.email });
	await flow.go("password", { password: user.password });
	const { result } = await flow.go("complete");
	return { user, browser, redirect_to: result.redirect_to };
}
const walk = (browser, url) => browser.get(new URL(url).pathname + new URL(url).search, { check: false });

test("who signs in on the host's pages comes back to the app with a code of the host's; another project's way back isn't there", async () => {
	const { user, browser, redirect_to } = await signedInThere();
	assert.ok(redirect_to.startsWith(`${ISSUER}/`), redirect_to);
	const { pathname, search } = new URL(redirect_to);
	assert.equal((await browser.get(pathname.replace(app.clientId, other.clientId) + search)).status, 404);
	const { code, iss } = landing(await walk(browser, redirect_to));
	assert.equal(iss, ISSUER);
	const { access_token, id_token } = expectStatus(await form("token", codeForm(code)), 200);
	assert.deepEqual([decode(access_token)[1].sub, decode(id_token)[1].iss], [user.id, ISSUER]);
});

test("the pages for waiting and for choosing an account lead on at the host, too", async () => {
	const { browser } = await signedInThere();
	const { address, request } = landing(await browser.get(root(authorizePath(app, { prompt: "select_account" })), { check: false }));
	assert.equal(address, `${ISSUER}/p/${app.clientId}/select-account`);
	const session = expectStatus(await browser.get("/api/v1/session"), 200);
	const { code } = landing(await browser.get(app.at(`/oauth/continue?request=${request}&account=${session.session?.id ?? session.id}`), { check: false }));
	expectStatus(await form("token", codeForm(code)), 200);
});

test("screens of an app's own get a code of the host's", async () => {
	const { id: userId, email, password } = await projectUser(server, app, { password: true });
	await server.sql.run`UPDATE clients SET direct_flow = TRUE WHERE project_id = ${app.id}`;
	const program = at();
	const begun = expectStatus(await program.post("/api/v1/flows", { client_id: app.clientId, kind: "sign_in", transport: "code", redirect_uri: REDIRECT_URI, code_challenge: app.pkce.code_challenge, state: "st" }), 201);
	const act = async (action, json) => expectStatus(await program.post(`/api/v1/flows/${begun.id}/${action}`, json, { headers: { "X-Flow-Token": begun.flow_token } }), 200);
	await act("identify", { identifier: email });
	await act("password", { password });
	const { code, redirect_to } = (await act("complete", {})).result;
	assert.equal(new URL(redirect_to).searchParams.get("iss"), ISSUER);
	assert.equal(decode(expectStatus(await form("token", codeForm(code)), 200).access_token)[1].sub, userId);
});

test("a refresh token is worth something at the host that gave it alone", async () => {
	const { browser, redirect_to } = await signedInThere();
	const { code } = landing(await walk(browser, redirect_to));
	const { refresh_token } = expectStatus(await form("token", codeForm(code)), 200);
	assert.equal(expectStatus(await form("introspect", { token: refresh_token }), 200).active, true);
	assert.deepEqual(expectStatus(await atOldIssuer("introspect", { token: refresh_token }), 200), { active: false });
});

test("a passkey is made and used at the host, for its name; what AUTH_HOST's pages made isn't taken, and the other way round", async () => {
	await setSignIn(server, app.id, { methods: ["password", "passkey"] });
	const user = await projectUser(server, app, { password: true });
	const { cookies } = await user.session();
	const made = {};
	for (const [site, origin] of [[HOST, ISSUER], ["auth", server.authUrl]]) {
		const browser = new Client(server, { site, cookies, clientId: app.clientId });
		assert.equal(browser.origin, origin);
		made[site] = await addPasskey(browser);
		assert.equal(made[site].rpId, new URL(origin).hostname);
	}
	const signsIn = async (site, authenticator) => {
		const flow = await openFlow(server, "sign_in", { browser: new Client(server, { site, clientId: app.clientId, check: false }), client_id: app.clientId });
		const { passkey_options } = await flow.go("passkey_options");
		return (await flow.act("passkey", { credential: authenticator.get(passkey_options) })).status;
	};
	assert.equal(await signsIn(HOST, made[HOST]), 200);
	assert.equal(await signsIn("auth", made.auth), 200);
	assert.equal(await signsIn(HOST, made.auth), 401);
	assert.equal(await signsIn("auth", made[HOST]), 401);
});

test("a provider is sent back to the host, and the mailed links lead to its pages", async () => {
	await setSignIn(server, app.id, { methods: ["password", "social", "magic_link"] });
	await socialProvider(owner, "github", undefined, { headers: { "X-Project-Id": app.id } });
	const flow = await openFlow(server, "sign_in", { browser: at({ clientId: app.clientId }), client_id: app.clientId });
	const { provider_url } = await flow.go("social", { provider: "github" });
	const asked = new URL(provider_url).searchParams;
	assert.equal(asked.get("redirect_uri"), `${ISSUER}/api/v1/social/callback`);
	const back = await flow.browser.get(`/api/v1/social/callback?${new URLSearchParams({ state: asked.get("state"), error: "access_denied" })}`);
	assert.equal(back.status, 303);
	assert.equal(back.headers.location, `${ISSUER}/p/${app.clientId}/callback#${flow.id}`);

	const user = await projectUser(server, app, { password: true });
	const recover = await openFlow(server, "recover", { browser: at({ clientId: app.clientId }), client_id: app.clientId });
	await recover.go("recover", { identifier: user.email });
	assert.ok((await waitForMail(server, user.email)).url.startsWith(`${ISSUER}/p/${app.clientId}/reset#`));
	const link = await openFlow(server, "sign_in", { browser: at({ clientId: app.clientId }), client_id: app.clientId });
	const { email } = await projectUser(server, app);
	await link.go("identify", { identifier: email });
	await link.go("send_link", {});
	const mail = await waitForMail(server, email);
	assert.ok(mail.url.startsWith(`${ISSUER}/p/${app.clientId}/magic-link#mlt_`), mail.url);
});

test("a name that was taken away is refused from the next request on", async () => {
	assert.equal((await get(METADATA)).status, 200);
	await ctl("host", "remove", app.id);
	assert.equal((await get(METADATA)).status, 421);
	assert.equal((await new Client(server, { site: "auth", check: false }).get(app.at(METADATA))).status, 200);
});

// Clients that are called by the address of a document about them, and keys at an address: the job workers' fetches, from servers of the
// tests' own (oauth.md rules 37 and 38, security.md CR-01 to CR-06).

import assert from "node:assert/strict";
import { after, beforeEach, test } from "node:test";
import { callTool } from "../api/mcp/mcp.mjs";
import { form, withToken } from "../api/oauth/console.mjs";
import { assertionOf, clientKey, TYPE } from "../api/oauth/keys.mjs";
import { decode, landing, makePkce, makeProject, program, send } from "../api/oauth/oauth.mjs";
import { expectOAuthError, expectStatus, MINUTE, moveClock, ownServer, person, projectUser, sharedBasis, until } from "../harness/index.mjs";
import { listenAs } from "../harness/provider.mjs";
import { makeFolder } from "../harness/workplace.mjs";

const HOST = "app.example.com";
const CALLBACK = `https://${HOST}/callback`;
const basis = await sharedBasis();
const pages = new Map();
const asked = [];
const web = await listenAs(basis.tls, makeFolder("w"), [HOST], (request, response) => {
	asked.push({ path: request.url, headers: request.headers });
	const page = pages.get(request.url) ?? { status: 404 };
	if (page.hang)
		return undefined;
	response.writeHead(page.status ?? 200, { "Content-Type": "application/json", ...page.headers });
	return response.end(typeof page.body === "string" ? page.body : JSON.stringify(page.body ?? {}));
});
after(() => { web.closeAllConnections(); web.close(); });
const { port } = web.address();
const server = await ownServer({
	config: {
		outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca, connect_to: [HOST].map((host) => `${host}:443:127.0.0.1:${port}`).join(" ") },
		limits: { oauth_authorize: { limit: 100000, window_s: 60 }, client_document: { limit: 100000, window_s: 3600 } },
	},
});
beforeEach(() => { asked.length = 0; });

let count = 0;

/** A document at a path of its own, good but for the changes. */
function publish(changes = {}, page = {}) {
	const path = `/clients/${++count}.json`;
	const url = `https://${HOST}${path}`;
	pages.set(path, { body: { client_id: url, client_name: "Notes", redirect_uris: [CALLBACK], token_endpoint_auth_method: "none", ...changes }, ...page });
	return { url, path, page: pages.get(path) };
}

async function openProject({ cimd = "on", domains = "", type = "web" } = {}) {
	const project = await makeProject(server, { type });
	await server.sql.run`INSERT INTO oauth_settings (project_id, signing_alg, access_token_ttl_s, dcr, cimd, cimd_trusted_domains, require_par, dpop_require_nonce, min_token_version, guard, version, updated_at)
		VALUES (${project.id}, 'ES256', 3600, NULL, ${cimd}, ${domains}, FALSE, FALSE, 0, 0, 1, NOW(3))`;
	return { ...project, server };
}

const pkce = makePkce();
const authorize = (project, browser, url, changes = {}) => {
	const { code_challenge, code_challenge_method } = pkce;
	const query = new URLSearchParams({ response_type: "code", client_id: url, redirect_uri: CALLBACK, scope: "openid", state: "s", code_challenge, code_challenge_method, ...changes });
	return browser.get(project.at(`/oauth/authorize?${query}`), { check: false });
};
const look = async (browser, id) => expectStatus(await browser.get(`/api/v1/oauth_requests/${id}`), 200);
const walk = (browser, url) => browser.get(new URL(url).pathname + new URL(url).search, { check: false });

/** Waits on the waiting page like a browser; the request's last state. */
async function waited(project, browser, answer) {
	const { address, request } = landing(answer);
	assert.equal(address, `${project.issuer}/wait`);
	const state = await until("the document was fetched", async () => {
		const seen = await look(browser, request);
		return seen.status === "fetching" ? null : seen;
	});
	return { ...state, resume: () => walk(browser, `${project.issuer}/oauth/continue?request=${request}`) };
}

async function begun(project) {
	return (await projectUser(server, project)).session();
}

async function agreed(project, browser, answer) {
	const { address, request } = landing(answer);
	assert.equal(address, `${project.issuer}/consent`);
	const shown = await look(browser, request);
	const done = expectStatus(await browser.post(`/api/v1/oauth_requests/${request}/decision`, { approve: true }), 200);
	return { shown, ...landing(await walk(browser, done.continue_url)) };
}

test("rule 37 an app nobody has registered is asked who it is, then its person for consent", async () => {
	const project = await openProject();
	const browser = await begun(project);
	const { url, path } = publish();
	const state = await waited(project, browser, await authorize(project, browser, url));
	assert.equal(state.status, "ready");
	const back = landing(await state.resume());
	assert.equal(back.address, `${project.issuer}/oauth/authorize`);
	assert.equal(back.client_id, url);
	const { shown, code, iss } = await agreed(project, browser, await authorize(project, browser, url));
	assert.deepEqual([shown.client.name, shown.client.host, shown.client.source, shown.client.redirect_host], ["Notes", HOST, "cimd", HOST]);
	assert.equal(iss, project.issuer);
	const form = { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: pkce.code_verifier, client_id: url };
	const tokens = expectStatus(await send(server, project, "token", form, { headers: {} }), 200);
	assert.equal(decode(tokens.id_token)[1].aud, url, "an ID token is for whom the client says to be");
	expectStatus(await send(server, project, "token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token, client_id: url }, { headers: {} }), 200);
	const client = await server.sql.row`SELECT id, source, type, is_first_party FROM clients WHERE project_id = ${project.id} AND source = 'cimd'`;
	assert.match(client.id, /^cli_[a-z0-9]{16}$/, "CR-06");
	assert.deepEqual([client.type, client.is_first_party], ["spa", 0]);
	assert.equal(asked.filter((one) => one.path === path).length, 1, "one fetch while it is fresh");
	assert.deepEqual(asked[0].headers.accept, "application/json");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${client.id} AND action = 'client.registered'`, 1);
});

const BAD_PAGES = {
	"another client_id": [{ client_id: `https://${HOST}/other` }],
	"no client_id": [{ client_id: undefined }],
	"a secret": [{ client_secret: "sec_x" }],
	"a secret's end": [{ client_secret_expires_at: 0 }],
	"a method with a secret": [{ token_endpoint_auth_method: "client_secret_basic" }],
	"a private key": [{ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [{ kty: "OKP", crv: "Ed25519", x: "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }] } }],
	"a script for an address": [{ redirect_uris: ["javascript:alert(1)"] }],
	"no address": [{ redirect_uris: [] }],
	"a redirect": [{}, { status: 302, headers: { Location: `https://${HOST}/elsewhere` } }],
	"an error": [{}, { status: 500 }],
	"a page": [{}, { headers: { "Content-Type": "text/html" } }],
	"no JSON": [{}, { body: "{" }],
	"a list": [{}, { body: [] }],
	"more than 5 KiB": [{ client_name: "Notes", filler: "x".repeat(5200) }],
	"no answer in three seconds": [{}, { hang: true }],
};

test("CR-02 CR-03 a document that can't be taken leads nowhere, and isn't kept", async (t) => {
	const project = await openProject();
	const browser = await begun(project);
	for (const [what, [changes, page]] of Object.entries(BAD_PAGES))
		await t.test(what, async () => {
			const { url, path } = publish(changes, page);
			const state = await waited(project, browser, await authorize(project, browser, url));
			assert.equal(state.status, "failed");
			assert.equal((await state.resume()).status, 400);
			assert.equal(await server.sql.value`SELECT COUNT(*) FROM clients WHERE project_id = ${project.id} AND source = 'cimd'`, 0);
			pages.set(path, { body: { client_id: url, client_name: "Notes", redirect_uris: [CALLBACK] } });
			assert.equal((await waited(project, browser, await authorize(project, browser, url))).status, "ready");
			await server.sql.run`DELETE FROM clients WHERE project_id = ${project.id} AND source = 'cimd'`;
		});
});

test("CR-01 an address that names no document is no client, and nothing is fetched", async () => {
	const project = await openProject();
	const browser = await begun(project);
	const { url } = publish();
	for (const bad of [`https://${HOST}`, `https://${HOST}/`, `${url}?a=1`, `${url}#a`, url.replace("clients/", "clients/../clients/"), url.replace("clients/", "clients/%2e/"), url.replace("https", "http"), url.replace("//", "//me@"), `https://[::1]/x`, `https://${HOST}//x`, `https://${HOST}/${"x".repeat(500)}`])
		assert.equal((await authorize(project, browser, bad)).status, 400, bad);
	assert.equal(asked.length, 0);
	landing(await authorize(project, browser, url));
});

test("SF-02 a name at an address that isn't public is never called", async () => {
	const project = await openProject();
	const browser = await begun(project);
	for (const url of ["https://10.0.0.1/client.json", "https://192.168.1.1/client.json", "https://2130706434/client.json", "https://169.254.169.254/latest/meta-data"]) {
		const answer = await authorize(project, browser, url);
		if (answer.status === 303 && landing(answer).address.endsWith("/wait"))
			assert.equal((await waited(project, browser, answer)).status, "failed", url);
		else
			assert.equal(answer.status, 400, url);
	}
});

test("off and trusted: who isn't let in isn't asked", async () => {
	const [off, trusted] = [await openProject({ cimd: "off" }), await openProject({ cimd: "trusted", domains: "example.com" })];
	const { url } = publish();
	assert.equal((await authorize(off, await begun(off), url)).status, 400);
	const browser = await begun(trusted);
	assert.equal((await authorize(trusted, browser, url.replace(HOST, "app.example.org"))).status, 400);
	assert.equal((await authorize(trusted, browser, url.replace(HOST, "notexample.com"))).status, 400);
	assert.equal((await waited(trusted, browser, await authorize(trusted, browser, url))).status, "ready");
	const metadata = async (project) => expectStatus(await program(server).get(project.at("/.well-known/openid-configuration")), 200).client_id_metadata_document_supported;
	assert.deepEqual([await metadata(off), await metadata(trusted)], [undefined, true]);
});

test("a never-seen address at the token endpoint: 503, to be tried again in two seconds", async () => {
	const project = await openProject();
	const { url } = publish();
	const ask = () => send(server, project, "token", { grant_type: "refresh_token", refresh_token: "rt_x", client_id: url }, { headers: {} });
	const first = await ask();
	assert.deepEqual([first.status, first.json.error, first.headers["retry-after"]], [503, "temporarily_unavailable", "2"]);
	await until("it is known", async () => (await ask()).status !== 503);
	expectOAuthError(await ask(), 400, "invalid_grant");
});

test("CR-05 a client that looks otherwise is asked for again, one with other keys loses what it had", async () => {
	const project = await openProject();
	const browser = await begun(project);
	const [key, other] = [clientKey("ES256"), clientKey("ES256")];
	const { url, page } = publish({ token_endpoint_auth_method: "private_key_jwt", jwks: { keys: [key.jwk] } });
	await (await waited(project, browser, await authorize(project, browser, url))).resume();
	const { code } = await agreed(project, browser, await authorize(project, browser, url));
	const proof = () => ({ client_assertion_type: TYPE, client_assertion: assertionOf(project, { id: url }, key) });
	const tokens = expectStatus(await send(server, project, "token", { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: pkce.code_verifier, ...proof() }, { headers: {} }), 200);
	assert.ok(landing(await authorize(project, browser, url)).code, "agreed to once");
	await moveClock(server, 6 * MINUTE);
	page.body.client_name = "Better notes";
	const again = await waited(project, browser, await authorize(project, browser, url));
	assert.equal(again.status, "ready");
	assert.equal((await agreed(project, browser, await authorize(project, browser, url))).shown.client.name, "Better notes");
	const refreshed = expectStatus(await send(server, project, "token", { grant_type: "refresh_token", refresh_token: tokens.refresh_token, ...proof() }, { headers: {} }), 200);
	await moveClock(server, 6 * MINUTE);
	page.body.jwks = { keys: [other.jwk] };
	await waited(project, browser, await authorize(project, browser, url));
	expectOAuthError(await send(server, project, "token", { grant_type: "refresh_token", refresh_token: refreshed.refresh_token, ...proof() }, { headers: {} }), 401, "invalid_client");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM grants WHERE project_id = ${project.id} AND revoked_at IS NULL`, 0);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${project.id} AND action = 'client.metadata_changed'`, 2);
});

test("CR-04 a document that hasn't changed is asked for by its ETag", async () => {
	const project = await openProject();
	const browser = await begun(project);
	const { url, path, page } = publish({}, { headers: { ETag: '"one"', "Cache-Control": "max-age=3600" } });
	await waited(project, browser, await authorize(project, browser, url));
	await moveClock(server, 30 * MINUTE);
	assert.ok(!landing(await authorize(project, browser, url)).address.endsWith("/wait"), "kept as long as it says");
	await moveClock(server, 40 * MINUTE);
	pages.set(path, { status: 304, headers: page.headers, body: "" });
	assert.equal((await waited(project, browser, await authorize(project, browser, url))).status, "ready");
	assert.equal(asked.at(-1).headers["if-none-match"], '"one"');
});

test("rule 38 keys at an address are fetched once, and anew for a key that isn't known", async () => {
	const project = await openProject({ type: "mcp" });
	const [key, next] = [clientKey("EdDSA"), clientKey("EdDSA")];
	const path = `/keys/${++count}.json`;
	pages.set(path, { body: { keys: [key.jwk] } });
	const headers = { "X-Project-Id": project.id };
	const client = expectStatus(await project.session.post("/api/v1/clients", { name: "Signs", type: "agent", token_endpoint_auth_method: "private_key_jwt", jwks_uri: `https://${HOST}${path}` }, { headers }), 201);
	const ask = (by) => send(server, project, "token", { grant_type: "client_credentials", client_assertion_type: TYPE, client_assertion: assertionOf(project, client, by) }, { headers: {} });
	const first = await ask(key);
	assert.deepEqual([first.status, first.headers["retry-after"]], [503, "2"]);
	await until("the keys are there", async () => (await ask(key)).status === 200);
	expectOAuthError(await ask(next), 401, "invalid_client");
	assert.equal(asked.length, 1, "not within a minute");
	pages.set(path, { body: { keys: [key.jwk, next.jwk] } });
	await moveClock(server, 2 * MINUTE);
	assert.equal((await ask(next)).status, 503);
	await until("the new key is there", async () => (await ask(next)).status === 200);
	expectStatus(await ask(key), 200);
	assert.equal(asked.length, 2);
});

test("who names a client's document as keys of their own doesn't stand in the client's way, nor the other way round", async () => {
	const project = await openProject({ type: "hybrid" });
	const headers = { "X-Project-Id": project.id };
	const key = clientKey("ES256");
	const { url, path, page } = publish({ keys: [key.jwk] });
	const rival = expectStatus(await project.session.post("/api/v1/clients", { name: "Rival", type: "agent", token_endpoint_auth_method: "private_key_jwt", jwks_uri: url }, { headers }), 201);
	const ask = () => send(server, project, "token", { grant_type: "client_credentials", client_assertion_type: TYPE, client_assertion: assertionOf(project, rival, key) }, { headers: {} });
	assert.equal((await ask()).status, 503);
	await until("the keys are there", async () => (await ask()).status === 200);
	const browser = await begun(project);
	assert.equal((await waited(project, browser, await authorize(project, browser, url))).status, "ready");
	assert.ok((await agreed(project, browser, await authorize(project, browser, url))).code);
	await moveClock(server, 6 * MINUTE);
	page.body.client_name = "Better notes";
	await ask();
	await until("the keys were fetched anew", () => asked.filter((one) => one.path === path).length === 3);
	await waited(project, browser, await authorize(project, browser, url));
	assert.equal((await agreed(project, browser, await authorize(project, browser, url))).shown.client.name, "Better notes", "the keys' fetch isn't the client's");
});

test("rule 33 a document's client signs people out as it was last read, asked or not", async () => {
	const project = await openProject();
	const browser = await begun(project);
	const GOODBYE = `https://${HOST}/goodbye`;
	const { url } = publish({ post_logout_redirect_uris: [GOODBYE] });
	await waited(project, browser, await authorize(project, browser, url));
	const { code } = await agreed(project, browser, await authorize(project, browser, url));
	const form = { grant_type: "authorization_code", code, redirect_uri: CALLBACK, code_verifier: pkce.code_verifier, client_id: url };
	const { id_token } = expectStatus(await send(server, project, "token", form, { headers: {} }), 200);
	await moveClock(server, 6 * MINUTE);
	const leave = (query) => browser.get(project.at(`/oauth/logout?${new URLSearchParams({ post_logout_redirect_uri: GOODBYE, ...query })}`), { check: false });
	const page = landing(await leave({ client_id: url }));
	assert.equal(page.address, `${project.issuer}/sign-out`);
	const { redirect_to } = expectStatus(await browser.get(`/api/v1/public/sign_out_target?${new URLSearchParams({ client_id: page.client_id, post_logout_redirect_uri: GOODBYE })}`), 200);
	assert.equal(redirect_to, GOODBYE);
	assert.equal((await leave({ client_id: publish().url })).status, 400, "a client that nobody has seen");
	assert.equal(landing(await leave({ id_token_hint: id_token, state: "s" })).address, GOODBYE);
	assert.equal((await browser.get("/api/v1/account", { check: false })).status, 401);
});

test("rule 37 at the console a document's client is waited for, let into an organization, and known by the document's host", async () => {
	const { url } = publish({ client_name: "Desk agent", grant_types: ["authorization_code", "refresh_token"], scope: "openid org.read project.read" });
	const who = await person(server);
	const browser = await who.session();
	const site = { issuer: server.url, at: (path) => path };
	const asking = { resource: `${server.url}/mcp`, scope: "org.read project.read" };
	const state = await waited(site, browser, await authorize(site, browser, url, asking));
	assert.equal(state.status, "ready");
	assert.equal(landing(await state.resume()).address, `${server.url}/oauth/authorize`);
	const consent = landing(await authorize(site, browser, url, asking));
	assert.equal(consent.address, `${server.url}/consent`);
	const seen = await look(browser, consent.request);
	assert.deepEqual([seen.client.name, seen.client.host, seen.client.source, seen.organizations.map(({ id }) => id)], ["Desk agent", HOST, "cimd", [who.org.id]]);
	assert.deepEqual(seen.scopes.map(({ name }) => name), ["org.read", "project.read"], "what the document names of the console's scopes isn't lost");
	const { continue_url } = expectStatus(await browser.post(`/api/v1/oauth_requests/${consent.request}/decision`, { approve: true, org_id: who.org.id }), 200);
	const { code } = landing(await walk(browser, continue_url));
	const tokens = expectStatus(await form(server, "token", { grant_type: "authorization_code", client_id: url, code, redirect_uri: CALLBACK, code_verifier: pkce.code_verifier }), 200);
	expectStatus(await callTool(withToken(server, tokens.access_token), "whoami"), 200);
	const [app] = expectStatus(await browser.get("/api/v1/account/grants"), 200).data;
	assert.deepEqual([app.client.name, app.client.host, app.client.source, app.org_ids], ["Desk agent", HOST, "cimd", [who.org.id]]);
});

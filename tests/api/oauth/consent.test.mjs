// What somebody is asked before an app that isn't the project's own gets anything (oauth.md rules 12 and 13, security.md OA-13, OA-14).

import assert from "node:assert/strict";
import { test } from "node:test";
import { digest, expectError, expectStatus, projectUser, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { authorizePath, landing, makeApp, redeem, REDIRECT_URI } from "./oauth.mjs";

const server = await sharedServer();
const thirdParty = (options) => makeApp(server, { isFirstParty: false, columns: { scopes: "openid profile email offline_access report:read" }, ...options });
const ask = (browser, app, changes) => browser.get(authorizePath(app, changes), { check: false });
const decide = (browser, request, body) => browser.post(`/api/v1/oauth_requests/${request}/decision`, body);
const follow = (browser, url) => browser.get(new URL(url).pathname + new URL(url).search, { check: false });

async function asked(app, changes) {
	const user = await projectUser(server, app);
	const browser = await user.session();
	const { address, request } = landing(await ask(browser, app, changes));
	assert.equal(address, `${app.issuer}/consent`);
	return { user, browser, request };
}

test("the page learns who asks for what, and where the answer goes; agreeing leads to a code", async () => {
	const app = await thirdParty();
	const { browser, request } = await asked(app, { scope: "openid email report:read nonsense" });
	const seen = expectStatus(await browser.get(`/api/v1/oauth_requests/${request}`), 200);
	assert.equal(seen.status, "consent");
	assert.deepEqual(seen.client, { name: "Machines", host: null, logo_url: null, source: "dashboard", redirect_host: "app.example.com", is_loopback_only: false });
	assert.deepEqual(seen.scopes.map(({ name, required }) => [name, required]), [["openid", true], ["email", false], ["report:read", false]]);
	const { continue_url } = expectStatus(await decide(browser, request, { approve: true }), 200);
	const { code, address } = landing(await follow(browser, continue_url));
	assert.equal(address, REDIRECT_URI);
	assert.equal(expectStatus(await redeem(server, app, code), 200).scope, "openid email report:read");
});

test("CR-08 the page knows the host that the answer goes to, and that it is a program on the person's own machine", async () => {
	const app = await thirdParty();
	const local = "http://127.0.0.1/cb";
	await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, 'redirect', ${digest(local)}, ${Buffer.from(local)})`;
	for (const [redirect_uri, host, isLoopback] of [["http://127.0.0.1:49152/cb", "127.0.0.1:49152", true], [REDIRECT_URI, "app.example.com", false]]) {
		const { browser, request } = await asked(app, { redirect_uri });
		const { client } = expectStatus(await browser.get(`/api/v1/oauth_requests/${request}`), 200);
		assert.deepEqual([client.redirect_host, client.is_loopback_only], [host, isLoopback]);
	}
});

test("what is unticked isn't granted; nothing can be added, and openid stays", async () => {
	const app = await thirdParty();
	const { browser, request } = await asked(app, { scope: "openid email report:read" });
	for (const scopes of [["openid", "profile"], ["email"], [], ["openid", "report:write"]])
		expectError(await decide(browser, request, { approve: true, scopes }), 422, "validation_failed");
	const { continue_url } = expectStatus(await decide(browser, request, { approve: true, scopes: ["report:read", "openid"] }), 200);
	const { code } = landing(await follow(browser, continue_url));
	assert.equal(expectStatus(await redeem(server, app, code), 200).scope, "openid report:read");
});

test("a refusal goes back as access_denied and leaves a trace", async () => {
	const app = await thirdParty();
	const { browser, request, user } = await asked(app);
	const { continue_url } = expectStatus(await decide(browser, request, { approve: false }), 200);
	expectError(await decide(browser, request, { approve: true }), 409, "already_decided");
	assert.deepEqual(landing(await follow(browser, continue_url)), { address: REDIRECT_URI, error: "access_denied", state: "st", iss: app.issuer });
	assert.equal((await follow(browser, continue_url)).status, 400);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM grants WHERE user_id = ${user.id}`, 0);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${app.id} AND action = 'oauth.consent_denied'`), 1);
});

test("who agreed isn't asked again for the same or less; for more, another address, name or after prompt=consent they are", async () => {
	const app = await thirdParty();
	const { browser, request } = await asked(app, { scope: "openid email" });
	const { continue_url } = expectStatus(await decide(browser, request, { approve: true }), 200);
	landing(await follow(browser, continue_url));
	for (const scope of ["openid email", "openid"])
		assert.ok(landing(await ask(browser, app, { scope })).code);
	assert.match(landing(await ask(browser, app, { scope: "openid email report:read" })).address, /\/consent$/);
	assert.match(landing(await ask(browser, app, { scope: "openid email", prompt: "consent" })).address, /\/consent$/);
	const other = await (await projectUser(server, app)).session();
	assert.match(landing(await ask(other, app, { scope: "openid email" })).address, /\/consent$/);
	await server.sql.run`UPDATE clients SET name = 'Somebody else' WHERE project_id = ${app.id}`;
	assert.match(landing(await ask(browser, app, { scope: "openid email" })).address, /\/consent$/);
	await server.sql.run`UPDATE clients SET name = 'Machines' WHERE project_id = ${app.id}`;
	assert.ok(landing(await ask(browser, app, { scope: "openid email" })).code);
});

test("OA-13 a client that registered itself and has no secret is always asked about", async () => {
	const app = await thirdParty({ isPublic: true });
	await server.sql.run`UPDATE clients SET source = 'dcr' WHERE project_id = ${app.id}`;
	const { browser, request } = await asked(app);
	landing(await follow(browser, expectStatus(await decide(browser, request, { approve: true }), 200).continue_url));
	assert.match(landing(await ask(browser, app)).address, /\/consent$/);
});

test("OA-14 the decision is the asked sign-in's: another account, browser or page of another origin decides nothing", async () => {
	const app = await thirdParty();
	const { browser, request } = await asked(app);
	const other = await (await projectUser(server, app)).session();
	expectError(await decide(other, request, { approve: true }), 404, "not_found");
	const flowCookie = "__Host-gatehouse-flow";
	other.cookies[flowCookie] = browser.cookies[flowCookie];
	expectError(await decide(other, request, { approve: true }), 404, "not_found");
	expectError(await browser.post(`/api/v1/oauth_requests/${request}/decision`, { approve: true }, { csrf: false }), 403, "csrf_failed");
	// The other account of the same browser is asked anew, and then decides for itself.
	assert.match(landing(await follow(other, `${app.issuer}/oauth/continue?request=${request}`)).address, /\/consent$/);
	expectError(await decide(browser, request, { approve: true }), 404, "not_found");
	expectStatus(await decide(other, request, { approve: true }), 200);
	assert.ok(landing(await follow(other, `${app.issuer}/oauth/continue?request=${request}`)).code);
});

test("who comes too late decides nothing", async () => {
	const app = await thirdParty();
	const { browser, request } = await asked(app);
	await server.sql.run`UPDATE oauth_requests SET expires_at = created_at WHERE id = ${request}`;
	expectError(await decide(browser, request, { approve: true }), 410, "request_expired");
	const next = landing(await ask(browser, app)).request;
	expectStatus(await decide(browser, next, { approve: true }), 200);
});

test("OA-15 of twenty decisions at once one counts", async () => {
	const app = await thirdParty();
	const { browser, request } = await asked(app);
	await browser.csrf();
	const answers = await atOnce(20, (i) => decide(browser, request, { approve: i % 2 === 0 }));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(409)]);
	for (const { json } of answers.filter(({ status }) => status === 409))
		assert.equal(json.error.code, "already_decided");
});

// What tokens are for and what they hold there: resource servers decide beside the client (RFC 8707; oauth.md rules 5, 7, 20 and 21).

import assert from "node:assert/strict";
import { test } from "node:test";
import { copyClient, digest, expectOAuthError, expectStatus, makeSecret, projectUser, resourceServer, sharedServer } from "../../harness/index.mjs";
import { authorizePath, basic, decode, fetchKeys, getCode, getTokens, isSignedBy, landing, makeApp, makeProject, redeem, refresh, send } from "./oauth.mjs";

const server = await sharedServer();
const SCOPES = [{ name: "orders:read", description: "See your orders" }, { name: "orders:write", description: "Change your orders" }, { name: "orders:all", plans: ["pro"] }];
const PROGRAM = { grant_type: "client_credentials" };

/** The client's audiences and scopes, as its people would set them. */
async function allow(project, body) {
	expectStatus(await project.session.patch(`/api/v1/clients/${project.clientId}`, body, { headers: { "X-Project-Id": project.id } }), 200);
}

const change = (project, api, body) => project.session.patch(`/api/v1/resource_servers/${api.id}`, body, { headers: { "X-Project-Id": project.id } });

async function withServer(project, body = {}) {
	const api = await resourceServer(project.owner, project, { scopes: SCOPES, ...body });
	await allow(project, { audiences: [project.clientId, api.identifier] });
	return { ...project, api };
}

const machines = async (body) => withServer(await makeProject(server), body);
const app = async (body, options) => withServer(await makeApp(server, options), body);

test("a program's token for a resource server is made as that says: audience, scopes, life and algorithm", async () => {
	const project = await machines({ access_token_ttl_s: 600, signing_alg: "EdDSA" });
	const reply = expectStatus(await send(server, project, "token", { ...PROGRAM, resource: project.api.identifier }), 200);
	const [header, claims] = decode(reply.access_token);
	assert.deepEqual([header.alg, claims.aud, claims.exp - claims.iat, reply.expires_in], ["EdDSA", project.api.identifier, 600, 600]);
	assert.deepEqual([reply.scope, claims.scopes], ["orders:read orders:write", ["orders:read", "orders:write"]], "what needs a plan isn't given");
	const keys = await fetchKeys(server, project);
	assert.ok(isSignedBy(keys, reply.access_token));
	const own = expectStatus(await send(server, project, "token", PROGRAM), 200);
	assert.deepEqual([decode(own.access_token)[0].alg, decode(own.access_token)[1].aud, own.scope, own.expires_in], ["ES256", project.clientId, "tool:read", 3600]);
	assert.deepEqual(decode(own.access_token)[1].exp - decode(own.access_token)[1].iat, 3600);
});

test("a program's scopes are below the client's own, the resource server's, and what needs no plan; more is invalid_scope", async () => {
	const project = await machines();
	const ask = (scope) => send(server, project, "token", { ...PROGRAM, resource: project.api.identifier, ...(scope ? { scope } : {}) });
	assert.equal(expectStatus(await ask("orders:write"), 200).scope, "orders:write");
	for (const scope of ["orders:all", "orders:read tool:read", "openid", "orders"])
		expectOAuthError(await ask(scope), 400, "invalid_scope");
	await allow(project, { scopes: ["orders:read", "tool:read", "tool:write"] });
	assert.equal(expectStatus(await ask(), 200).scope, "orders:read");
	expectOAuthError(await ask("orders:write"), 400, "invalid_scope");
	assert.equal(expectStatus(await send(server, project, "token", PROGRAM), 200).scope, "tool:read");
	await allow(project, { scopes: ["orders:read"] });
	assert.equal(expectStatus(await send(server, project, "token", PROGRAM), 200).scope, "");
	expectOAuthError(await send(server, project, "token", { ...PROGRAM, scope: "tool:read" }), 400, "invalid_scope");
});

test("RI-01 one that isn't registered, isn't an audience of the client, is off or deleted is invalid_target; each is good before", async () => {
	const project = await machines();
	const ask = (resource) => send(server, project, "token", { ...PROGRAM, resource });
	const other = await resourceServer(project.owner, project);
	expectStatus(await ask(project.api.identifier), 200);
	expectOAuthError(await ask(other.identifier), 400, "invalid_target");
	for (const resource of [`${project.api.identifier}x`, `${project.api.identifier}#a`, "orders", "https://nobody.example.com/"])
		expectOAuthError(await ask(resource), 400, "invalid_target");
	await allow(project, { audiences: [project.clientId, project.api.identifier, other.identifier, "https://nobody.example.com/"] });
	expectStatus(await ask(other.identifier), 200);
	expectOAuthError(await ask("https://nobody.example.com/"), 400, "invalid_target");
	expectStatus(await change(project, project.api, { is_active: false }), 200);
	expectOAuthError(await ask(project.api.identifier), 400, "invalid_target");
	expectStatus(await change(project, project.api, { is_active: true }), 200);
	expectStatus(await ask(project.api.identifier), 200);
	expectStatus(await project.session.delete(`/api/v1/resource_servers/${project.api.id}`, { headers: { "X-Project-Id": project.id } }), 204);
	expectOAuthError(await ask(project.api.identifier), 400, "invalid_target");
	const both = new URLSearchParams([...Object.entries(PROGRAM), ["resource", other.identifier], ["resource", project.clientId]]);
	expectOAuthError(await send(server, project, "token", both), 400, "invalid_target");
	expectOAuthError(await send(server, project, "token", new URLSearchParams([...Object.entries(PROGRAM), ["scope", "a"], ["scope", "a"]])), 400, "invalid_request");
});

test("RI-03 a bare origin is asked for with and without its slash; aud is the registered form; another project's doesn't count", async () => {
	const project = await makeProject(server);
	const api = await resourceServer(project.owner, project);
	const bare = api.identifier.slice(0, -1);
	await allow(project, { audiences: [bare] });
	for (const resource of [api.identifier, bare, undefined]) {
		const form = resource === undefined ? PROGRAM : { ...PROGRAM, resource };
		assert.equal(decode(expectStatus(await send(server, project, "token", form), 200).access_token)[1].aud, api.identifier, `${resource}`);
	}
	const stranger = await makeProject(server);
	await allow(stranger, { audiences: [api.identifier] });
	expectOAuthError(await send(server, stranger, "token", PROGRAM), 400, "invalid_target");
});

test("RI-04 nothing asked is the client's first audience, for programs and for people", async () => {
	const project = await app();
	await allow(project, { audiences: [project.api.identifier, project.clientId] });
	const { access_token } = await getTokens(server, project);
	assert.equal(decode(access_token)[1].aud, project.api.identifier);
});

test("a person's token for a resource server: its scopes, life, algorithm and claims, whatever the client's are", async () => {
	const project = await app({ access_token_ttl_s: 300, signing_alg: "RS256", token_claims: [] }, { columns: { access_token_ttl_s: 900 } });
	const asked = { resource: project.api.identifier, scope: "openid email orders:read orders:all nonsense" };
	const tokens = await getTokens(server, project, asked);
	const [header, claims] = decode(tokens.access_token);
	assert.deepEqual([header.alg, claims.aud, claims.exp - claims.iat, tokens.expires_in, tokens.scope], ["RS256", project.api.identifier, 300, 300, "openid email orders:read"]);
	assert.equal(claims.email, undefined, "its tokens say nothing of people");
	assert.ok(decode(tokens.id_token)[1].email);
	assert.ok(isSignedBy(await fetchKeys(server, project), tokens.access_token));
	expectStatus(await change(project, project.api, { token_claims: ["email"] }), 200);
	const again = expectStatus(await refresh(server, project, tokens.refresh_token), 200);
	assert.equal(decode(again.access_token)[1].email, decode(tokens.id_token)[1].email, "claims are read anew");
});

test("rule 7: without a word left, invalid_scope; without one asked a third party gets what needs no plan", async () => {
	const project = await app({}, { isFirstParty: false });
	expectStatus(await change(project, project.api, { allow_third_party: true }), 200);
	const browser = await (await projectUser(server, project)).session();
	const ask = (changes) => browser.get(authorizePath(project, { resource: project.api.identifier, prompt: "consent", ...changes }), { check: false });
	assert.equal(landing(await ask({ scope: "orders:some nonsense" })).error, "invalid_scope");
	const page = landing(await ask({ scope: undefined }));
	assert.match(page.address, /\/consent$/);
	const request = expectStatus(await browser.get(`/api/v1/oauth_requests/${page.request}`), 200);
	assert.deepEqual(request.scopes, [{ name: "orders:read", description: "See your orders", required: false }, { name: "orders:write", description: "Change your orders", required: false }]);
	assert.equal(request.resource, project.api.identifier);
});

test("an API without scopes has tokens without any; consent is asked all the same", async () => {
	const project = await app({ scopes: [] }, { isFirstParty: false });
	expectStatus(await change(project, project.api, { allow_third_party: true }), 200);
	const browser = await (await projectUser(server, project)).session();
	const asked = { resource: project.api.identifier, scope: undefined };
	const page = landing(await browser.get(authorizePath(project, asked), { check: false }));
	const { continue_url } = expectStatus(await browser.post(`/api/v1/oauth_requests/${page.request}/decision`, { approve: true }), 200);
	const { code } = landing(await browser.get(new URL(continue_url).pathname + new URL(continue_url).search, { check: false }));
	const tokens = expectStatus(await redeem(server, project, code), 200);
	assert.deepEqual([tokens.scope, decode(tokens.access_token)[1].aud], ["", project.api.identifier]);
	expectStatus(await refresh(server, project, tokens.refresh_token), 200);
});

test("a third party comes only where a resource server lets it in", async () => {
	const project = await app({ allow_third_party: false }, { isFirstParty: false });
	const browser = await (await projectUser(server, project)).session();
	const ask = () => browser.get(authorizePath(project, { resource: project.api.identifier, scope: "orders:read" }), { check: false });
	assert.equal(landing(await ask()).error, "invalid_target");
	expectStatus(await change(project, project.api, { allow_third_party: true }), 200);
	assert.match(landing(await ask()).address, /\/consent$/);
	const machine = await machines({ allow_third_party: false });
	const form = { ...PROGRAM, resource: machine.api.identifier };
	expectStatus(await send(server, machine, "token", form), 200);
	await server.sql.run`UPDATE clients SET is_first_party = FALSE WHERE project_id = ${machine.id}`;
	expectOAuthError(await send(server, machine, "token", form), 400, "invalid_target");
});

test("who registered itself may ask for every resource server that lets third parties in, and no other", async () => {
	const project = await app({ allow_third_party: true });
	const closed = await resourceServer(project.owner, project, { allow_third_party: false });
	const secret = makeSecret("sec_");
	const id = "cli_selfregistered01";
	await copyClient(project.clientId, id, { server });
	await server.sql.run`UPDATE clients SET source = 'dcr', is_first_party = FALSE WHERE id = ${id}`;
	await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) SELECT project_id, ${id}, kind, uri_digest, uri FROM client_uris WHERE client_id = ${project.clientId}`;
	await server.sql.run`INSERT INTO client_secrets (project_id, client_id, slot, id, digest, prefix, last4, created_at) VALUES (${project.id}, ${id}, 0, 'csc_0000000000000001', ${digest(secret)}, 'sec_', 'last', NOW(3))`;
	const browser = await (await projectUser(server, project)).session();
	const ask = (resource) => browser.get(authorizePath(project, { client_id: id, resource, scope: "openid orders:read" }), { check: false });
	assert.match(landing(await ask(project.api.identifier)).address, /\/consent$/);
	assert.equal(landing(await ask(closed.identifier)).error, "invalid_target");
	assert.equal(landing(await ask("https://nobody.example.com/")).error, "invalid_target");
	assert.match(landing(await ask(undefined)).address, /\/consent$/, "itself");
});

test("RI-02 the token request names the resource of the code or nothing; a code isn't for what was turned off since", async () => {
	const project = await app();
	const browser = await (await projectUser(server, project)).session();
	const asked = { resource: project.api.identifier, scope: "orders:read" };
	const code = () => getCode(project, browser, asked);
	expectStatus(await redeem(server, project, await code(), { resource: project.api.identifier }), 200);
	expectOAuthError(await redeem(server, project, await code(), { resource: project.clientId }), 400, "invalid_target");
	const late = await code();
	expectStatus(await change(project, project.api, { is_active: false }), 200);
	expectOAuthError(await redeem(server, project, late), 400, "invalid_target");
});

test("a refresh gives what client and resource server allow now, and nothing when nothing is left", async () => {
	const project = await app();
	const asked = { resource: project.api.identifier, scope: "openid orders:read orders:write" };
	let { refresh_token } = await getTokens(server, project, asked);
	const next = async (changes) => {
		const tokens = expectStatus(await refresh(server, project, refresh_token, changes), 200);
		({ refresh_token } = tokens);
		return tokens.scope;
	};
	expectStatus(await change(project, project.api, { scopes: SCOPES.slice(0, 1) }), 200);
	assert.equal(await next(), "openid orders:read");
	expectOAuthError(await refresh(server, project, refresh_token, { scope: "orders:write" }), 400, "invalid_scope");
	await allow(project, { scopes: ["orders:read"] });
	assert.equal(await next(), "orders:read");
	await allow(project, { scopes: ["profile"] });
	expectOAuthError(await refresh(server, project, refresh_token), 400, "invalid_scope");
	await allow(project, { scopes: [], audiences: [project.clientId] });
	expectOAuthError(await refresh(server, project, refresh_token), 400, "invalid_target");
	await allow(project, { audiences: [project.api.identifier] });
	expectStatus(await change(project, project.api, { scopes: SCOPES }), 200);
	assert.equal(await next(), "openid orders:read orders:write", "what was refused burnt nothing");
});

test("the project's algorithm signs tokens for the client itself, and what was signed before stays good", async () => {
	const project = await makeProject(server);
	const token = async () => expectStatus(await send(server, project, "token", PROGRAM), 200).access_token;
	const before = await token();
	expectStatus(await project.session.patch("/api/v1/oauth_settings", { signing_alg: "EdDSA" }, { headers: { "X-Project-Id": project.id } }), 200);
	const after = await token();
	assert.deepEqual([before, after].map((one) => decode(one)[0].alg), ["ES256", "EdDSA"]);
	const keys = await fetchKeys(server, project);
	for (const one of [before, after]) {
		assert.ok(isSignedBy(keys, one));
		assert.equal(expectStatus(await send(server, project, "introspect", { token: one }), 200).active, true);
	}
});

test("raising min_token_version voids people's access tokens; refresh tokens give new ones, programs' go on", async () => {
	const project = await makeApp(server, { type: "hybrid" });
	const isActive = async (token) => expectStatus(await send(server, project, "introspect", { token }), 200).active;
	const tokens = await getTokens(server, project);
	const machine = expectStatus(await send(server, project, "token", PROGRAM), 200).access_token;
	assert.equal(await isActive(tokens.access_token), true);
	const raise = (min_token_version) => project.session.patch("/api/v1/oauth_settings", { min_token_version }, { headers: { "X-Project-Id": project.id } });
	const { token_version } = decode(tokens.access_token)[1];
	expectStatus(await raise(token_version), 200);
	assert.equal(await isActive(tokens.access_token), true);
	expectStatus(await raise(token_version + 1), 200);
	assert.equal(await isActive(tokens.access_token), false);
	assert.equal(await isActive(machine), true);
	const next = expectStatus(await refresh(server, project, tokens.refresh_token), 200).access_token;
	assert.equal(decode(next)[1].token_version, token_version + 1);
	assert.equal(await isActive(next), true);
});

test("a project that changes its type serves the new type's grants alone, to every client; nothing is taken from their lists", async () => {
	const project = await makeApp(server, { type: "hybrid" });
	const headers = { headers: { "X-Project-Id": project.id } };
	const other = expectStatus(await project.session.post("/api/v1/clients", { name: "Robot", type: "agent" }, headers), 201);
	const ask = () => send(server, project, "token", PROGRAM, { headers: basic(other.id, other.client_secret) });
	const turn = async (type) => expectStatus(await project.session.patch(`/api/v1/projects/${project.id}`, { type }), 200);
	const { refresh_token } = await getTokens(server, project);
	expectStatus(await ask(), 200);
	await turn("web");
	expectOAuthError(await ask(), 400, "unauthorized_client");
	assert.deepEqual(expectStatus(await project.session.get(`/api/v1/clients/${other.id}`, headers), 200).grant_types, ["client_credentials"]);
	await turn("mcp");
	expectStatus(await ask(), 200);
	expectOAuthError(await refresh(server, project, refresh_token), 400, "unauthorized_client");
	const browser = await (await projectUser(server, project)).session();
	assert.equal(landing(await browser.get(authorizePath(project), { check: false })).error, "unauthorized_client");
	await turn("hybrid");
	expectStatus(await refresh(server, project, refresh_token), 200);
});

test("require_par of the project, like a client's own, gives no code without a pushed request", async () => {
	const project = await makeApp(server);
	const browser = await (await projectUser(server, project)).session();
	const ask = async () => landing(await browser.get(authorizePath(project), { check: false }));
	assert.ok((await ask()).code);
	expectStatus(await project.session.patch("/api/v1/oauth_settings", { require_par: true }, { headers: { "X-Project-Id": project.id } }), 200);
	assert.equal((await ask()).error, "invalid_request");
});

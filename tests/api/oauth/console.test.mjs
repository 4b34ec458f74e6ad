// The console as an issuer (oauth.md rules 5, 12, 13, 20, 42): its documents at HOST's root, the organization chosen at consent, tokens that are
// stored, and what they are worth on the API.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, digest, expectError, expectStatus, makeSecret, person, sharedServer } from "../../harness/index.mjs";
import { askConsent, authorizePath, consoleApp, decide, form, getCode, getTokens, redeem, refresh, visitor, withToken } from "./console.mjs";
import { basic, landing, program, REDIRECT_URI } from "./oauth.mjs";

const server = await sharedServer();
const app = await consoleApp(server);
const BOUND = 'DPoP algs="ES256 EdDSA RS256 PS256"';

test("MD-01 the console's documents stand at HOST's root and nowhere else", async () => {
	const documents = await Promise.all(["oauth-authorization-server", "openid-configuration"].map((name) => visitor(server).get(`/.well-known/${name}`)));
	const [first] = documents.map((answer) => expectStatus(answer, 200));
	assert.deepEqual(documents[1].json, first);
	assert.equal(first.issuer, server.url);
	assert.equal(first.token_endpoint, `${server.url}/oauth/token`);
	assert.ok(first.grant_types_supported.includes("authorization_code") && !first.grant_types_supported.includes("client_credentials"));
	assert.ok(first.scopes_supported.includes("project.read") && first.scopes_supported.includes("offline_access"));
	assert.ok(Array.isArray(expectStatus(await visitor(server).get("/.well-known/jwks.json"), 200).keys));
	const clientId = await server.sql.value`SELECT client_id FROM projects WHERE id = ${server.consoleId}`;
	for (const path of [`/p/${clientId}/.well-known/openid-configuration`, `/.well-known/oauth-authorization-server/p/${clientId}`, `/p/${clientId}/.well-known/jwks.json`, `/p/${clientId}/oauth/authorize`])
		expectError(await program(server).get(path), 404, "not_found");
	for (const path of ["/.well-known/oauth-authorization-server", "/oauth/authorize"])
		expectError(await program(server).get(path), 404, "not_found");
});

test("MD-04 the API and the MCP server say who issues tokens for them; the bare root says nothing", async () => {
	for (const name of ["api", "mcp"]) {
		const document = expectStatus(await visitor(server).get(`/.well-known/oauth-protected-resource/${name}`), 200);
		assert.equal(document.resource, `${server.url}/${name}`);
		assert.deepEqual(document.authorization_servers, [server.url]);
		assert.ok(document.scopes_supported.includes("project.read"));
		for (const never of ["offline_access", "openid", "api_key.read", "api_key.write", "installation.write"])
			assert.ok(!document.scopes_supported.includes(never), never);
	}
	for (const path of ["/.well-known/oauth-protected-resource", "/.well-known/anything"])
		expectError(await visitor(server).get(path), 404, "not_found");
});

test("the short names are the same endpoints", async () => {
	const { address } = landing(await (await person(server)).session().then((browser) => browser.get(authorizePath(app).replace("/oauth", ""), { check: false })));
	assert.equal(address, `${server.url}/consent`);
	const answer = await visitor(server).request("POST", "/token", { form: { grant_type: "authorization_code", client_id: app.clientId, code: "x", redirect_uri: REDIRECT_URI, code_verifier: app.pkce.code_verifier } });
	assert.deepEqual([answer.status, answer.json.error], [400, "invalid_grant"]);
});

test("RI-01 a resource has to be named, and is the API or the MCP server exactly", async () => {
	const browser = await (await person(server)).session();
	for (const resource of [undefined, `${server.url}`, `${server.url}/api/`, `${server.url}/api/v1`, `${server.authUrl}/api`, app.clientId, `${server.url}/api#x`])
		assert.equal((await askConsent(app, browser, { resource })).error, "invalid_target", resource);
	for (const name of ["api", "mcp"])
		assert.equal((await askConsent(app, browser, { resource: `${server.url}/${name}` })).address, `${server.url}/consent`);
});

test("the page offers the person's own organizations; the answer names one, and no other counts", async () => {
	const who = await person(server, { orgName: "First" });
	const second = (await person(server, { orgName: "Second" })).org;
	const stranger = (await person(server)).org;
	await who.join(second, "viewer");
	const browser = await who.session();
	const { request } = await askConsent(app, browser);
	const seen = expectStatus(await browser.get(`/api/v1/oauth_requests/${request}`), 200);
	assert.deepEqual(seen.organizations.map(({ id, role }) => [id, role]).sort(), [[who.org.id, "owner"], [second.id, "viewer"]].sort());
	assert.deepEqual(seen.scopes.map(({ name, description }) => [name, description]), [["org.read", "See the organization"], ["project.read", "See projects"]]);
	const alone = browser.with({ cookies: { "__Host-gatehouse-flow": browser.cookies["__Host-gatehouse-flow"] } });
	assert.deepEqual(expectStatus(await alone.get(`/api/v1/oauth_requests/${request}`), 200).organizations, [], "whose they are is nobody else's to know");
	for (const org_id of [undefined, stranger.id])
		expectError(await decide(browser, request, { approve: true, org_id }), 422, "validation_failed");
	expectStatus(await decide(browser, request, { approve: true, org_id: second.id }), 200);
	const { code } = landing(await browser.get(`/oauth/continue?request=${request}`, { check: false }));
	const { access_token } = expectStatus(await redeem(server, app, code), 200);
	const { org, role, credential } = expectStatus(await withToken(server, access_token).get("/api/v1/whoami"), 200);
	assert.deepEqual([org.id, role, credential.kind, credential.name, credential.scopes], [second.id, "viewer", "oauth", "Console app", ["org.read", "project.read"]]);
});

test("OA-16 nobody can be spared the choice: prompt=none is consent_required, for the console's own clients too", async () => {
	const own = await consoleApp(server, { is_first_party: true });
	const browser = await (await person(server)).session();
	assert.equal((await askConsent(own, browser, { prompt: "none" })).error, "consent_required");
	assert.equal((await askConsent(own, browser)).address, `${server.url}/consent`);
	assert.equal((await askConsent(own, new Client(server, { check: false }), {})).address, `${server.url}/sign-in`);
});

test("AT-08 a token is opaque, lives an hour, and only its digest is kept", async () => {
	const who = await person(server);
	const { access_token, token_type, expires_in, scope, refresh_token, id_token } = await getTokens(server, app, who, { scope: "openid org.read offline_access" });
	assert.match(access_token, /^gat_[A-Za-z0-9]{38}$/);
	assert.deepEqual([token_type, expires_in, scope], ["Bearer", 3600, "openid org.read offline_access"]);
	assert.ok(refresh_token && id_token);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM access_tokens WHERE digest = ${digest(access_token)}`), 1);
	const api = withToken(server, access_token);
	expectStatus(await api.get(`/api/v1/orgs/${who.org.id}`), 200);
	for (const bad of [access_token.slice(0, -1), `${access_token}0`, makeSecret("gat_")])
		expectError(await withToken(server, bad).get("/api/v1/whoami"), 401, "unauthorized");
	await server.sql.run`UPDATE access_tokens SET expires_at = created_at WHERE digest = ${digest(access_token)}`;
	expectError(await api.get("/api/v1/whoami"), 401, "unauthorized");
});

test("rule 42 a 401 says where tokens come from, and names an error only to who brought one", async () => {
	const challenge = (answer) => answer.headers["www-authenticate"];
	const wanted = `resource_metadata="${server.url}/.well-known/oauth-protected-resource/api", scope="org.read project.read"`;
	const nobody = await visitor(server).get("/api/v1/projects");
	expectError(nobody, 401, "unauthorized");
	assert.equal(challenge(nobody), `Bearer realm="Gatehouse", ${wanted}, ${BOUND}`);
	const bad = await withToken(server, makeSecret("gat_")).get("/api/v1/projects");
	assert.equal(challenge(bad), `Bearer realm="Gatehouse", error="invalid_token", ${wanted}, ${BOUND}`);
	const who = await person(server);
	const forMcp = await who.accessToken({ resource: "mcp" });
	expectError(await forMcp.get("/api/v1/projects"), 401, "unauthorized");
	expectStatus(await (await who.accessToken()).get("/api/v1/projects"), 200);
});

test("the organization stays the token's: another X-Org-Id is refused, ids of others aren't there", async () => {
	const who = await person(server);
	const other = await person(server);
	await who.join(other.org, "owner");
	const api = await who.accessToken();
	expectStatus(await api.get("/api/v1/projects", { headers: { "X-Org-Id": who.org.id } }), 200);
	expectError(await api.get("/api/v1/projects", { headers: { "X-Org-Id": other.org.id } }), 403, "org_mismatch");
	expectError(await api.get(`/api/v1/projects/${other.project.id}`), 404, "not_found");
	assert.deepEqual(expectStatus(await api.get("/api/v1/me/orgs"), 200).data.map(({ id }) => id), [who.org.id]);
});

test("a token makes and shows no credential, and a project made by one has no secret", async () => {
	const api = await (await person(server)).accessToken();
	for (const send of [() => api.get("/api/v1/api_keys"), () => api.post("/api/v1/api_keys", { kind: "personal", name: "x" }), () => api.post("/api/v1/orgs", { name: "x" })])
		expectError(await send(), 403, "credential_not_allowed");
	const made = expectStatus(await api.post("/api/v1/projects", { name: "Made by a program" }), 201);
	assert.equal(made.client_secret, null);
	const { actor } = expectStatus(await api.get(`/api/v1/audit_events?chain=org&target_id=${made.id}`), 200).data[0];
	assert.deepEqual([actor.kind, actor.id], ["oauth", api.id]);
	assert.match(actor.label, /^Console app \(/);
});

test("rights are what was granted and what the person is now", async () => {
	const owner = await person(server);
	const who = await owner.org.member("manager");
	const api = await who.accessToken({ scopes: ["project.read", "project.write"] });
	const rename = () => api.patch(`/api/v1/projects/${owner.project.id}`, { name: "Renamed" });
	expectStatus(await rename(), 200);
	expectError(await api.get("/api/v1/users"), 403, "insufficient_scope");
	await server.sql.run`UPDATE members SET role = 'viewer' WHERE user_id = ${who.id}`;
	const refused = await rename();
	expectError(refused, 403, "forbidden");
	assert.equal(refused.headers["www-authenticate"], undefined, "no other scope would help");
	expectStatus(await api.get(`/api/v1/projects/${owner.project.id}`), 200);
});

test("tenancy rule 7 who is removed has no token any more, from the next call on", async () => {
	const owner = await person(server);
	const who = await owner.org.member("member");
	const tokens = await getTokens(server, app, who, { org: owner.org, scope: "org.read offline_access" });
	const api = withToken(server, tokens.access_token);
	expectStatus(await api.get("/api/v1/whoami"), 200);
	expectStatus(await (await owner.session()).delete(`/api/v1/members/${who.memberId}`), 204);
	expectError(await api.get("/api/v1/whoami"), 401, "unauthorized");
	assert.equal((await refresh(server, app, tokens.refresh_token)).json.error, "invalid_grant");
	// Even if they come back, what was given before stays ended.
	await who.join(owner.org, "member");
	expectError(await api.get("/api/v1/whoami"), 401, "unauthorized");
});

for (const [what, end] of [
	["the person is deactivated", (who) => server.sql.run`UPDATE users SET status = 'deactivated' WHERE id = ${who.id}`],
	["the client is turned off", (who, own) => server.sql.run`UPDATE clients SET is_active = FALSE WHERE id = ${own.clientId}`],
	["the grant is revoked", (who) => server.sql.run`UPDATE grants SET revoked_at = created_at WHERE user_id = ${who.id}`],
	["the organization is deleted", (who) => server.sql.run`UPDATE orgs SET status = 'deleted' WHERE id = ${who.org.id}`],
])
	test(`once ${what} the token isn't taken`, async () => {
		const who = await person(server);
		const own = await consoleApp(server);
		const api = await who.accessToken({ client: own });
		expectStatus(await api.get("/api/v1/whoami"), 200);
		await end(who, own);
		expectError(await api.get("/api/v1/whoami"), 401, "unauthorized");
	});

test("rule 20 a refresh gives another token of the same organization, perhaps for less, never for more or elsewhere", async () => {
	const who = await person(server);
	const first = await getTokens(server, app, who, { scope: "org.read project.read offline_access" });
	assert.equal((await refresh(server, app, first.refresh_token, { resource: `${server.url}/mcp` })).json.error, "invalid_target");
	assert.equal((await refresh(server, app, first.refresh_token, { scope: "org.read project.write" })).json.error, "invalid_scope");
	const second = expectStatus(await refresh(server, app, first.refresh_token, { scope: "org.read" }), 200);
	const { org, credential } = expectStatus(await withToken(server, second.access_token).get("/api/v1/whoami"), 200);
	assert.deepEqual([org.id, credential.scopes], [who.org.id, ["org.read"]]);
	expectError(await withToken(server, second.access_token).get("/api/v1/projects"), 403, "insufficient_scope");
	const third = expectStatus(await refresh(server, app, second.refresh_token), 200);
	expectStatus(await withToken(server, third.access_token).get("/api/v1/projects"), 200);
	// Used again, it takes the family with it.
	assert.equal((await refresh(server, app, second.refresh_token)).json.error, "invalid_grant");
	expectError(await withToken(server, third.access_token).get("/api/v1/projects"), 401, "unauthorized");
});

test("revoking ends an access token alone; its refresh token takes all along", async () => {
	const who = await person(server);
	const { access_token, refresh_token } = await getTokens(server, app, who, { scope: "org.read offline_access" });
	const other = await consoleApp(server);
	expectStatus(await form(server, "revoke", { token: access_token, client_id: other.clientId }), 200);
	expectStatus(await withToken(server, access_token).get("/api/v1/whoami"), 200);
	expectStatus(await form(server, "revoke", { token: access_token, client_id: app.clientId }), 200);
	expectError(await withToken(server, access_token).get("/api/v1/whoami"), 401, "unauthorized");
	const next = expectStatus(await refresh(server, app, refresh_token), 200);
	expectStatus(await form(server, "revoke", { token: next.refresh_token, client_id: app.clientId }), 200);
	expectError(await withToken(server, next.access_token).get("/api/v1/whoami"), 401, "unauthorized");
});

test("userinfo tells who the person of a token is; introspection tells a client about its own", async () => {
	const secret = makeSecret("sec_");
	const own = await consoleApp(server, { token_endpoint_auth_method: "client_secret_basic" });
	await server.sql.run`INSERT INTO client_secrets (project_id, client_id, slot, id, digest, prefix, last4, expires_at, last_used_at, created_at) VALUES (${server.consoleId}, ${own.clientId}, 0, ${own.clientId.replace("cli", "csc")}, ${digest(secret)}, 'sec_', 'last', NULL, NULL, NOW(3))`;
	const who = await person(server);
	const token = await who.accessToken({ client: own, scopes: ["openid", "email", "org.read"] });
	const claims = expectStatus(await withToken(server, token.secret).get("/oauth/userinfo", { check: false }), 200);
	assert.deepEqual([claims.sub, claims.email], [who.id, who.email]);
	const ask = async (text) => expectStatus(await form(server, "introspect", { token: text }, { headers: basic(own.clientId, secret) }), 200);
	const seen = await ask(token.secret);
	assert.deepEqual([seen.active, seen.sub, seen.aud, seen.scope, seen.client_id], [true, who.id, `${server.url}/api`, "openid email org.read", own.clientId]);
	assert.deepEqual(await ask((await who.accessToken()).secret), { active: false }, "another client's");
	await server.sql.run`DELETE FROM members WHERE user_id = ${who.id}`;
	assert.deepEqual(await ask(token.secret), { active: false });
});

test("a code of one organization's member is worth nothing once they have left", async () => {
	const owner = await person(server);
	const who = await owner.org.member("member");
	const browser = await who.session();
	const code = await getCode(app, browser, owner.org);
	await server.sql.run`DELETE FROM members WHERE user_id = ${who.id}`;
	assert.equal((await redeem(server, app, code)).json.error, "invalid_grant");
});

test("client_credentials is nothing the console gives", async () => {
	const own = await consoleApp(server, { grant_types: "authorization_code client_credentials" });
	assert.equal((await form(server, "token", { grant_type: "client_credentials", client_id: own.clientId, resource: `${server.url}/api` })).json.error, "unauthorized_client");
});

// POST /oauth/token with token-exchange (RFC 8693, oauth.md rule 26): a token for the next resource, and assertions for another server.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectOAuthError, expectStatus, resourceServer, sharedServer } from "../../harness/index.mjs";
import { makeKey, makeProof } from "./dpop.mjs";
import { basic, decode, fetchKeys, getTokens, isSignedBy, makeApp, program, send, tampered } from "./oauth.mjs";

const server = await sharedServer();
const TYPE = "urn:ietf:params:oauth:token-type:";
const NEXT = "https://next.example/";

/** An app of people whose client may also exchange, for itself and for the next API. */
async function makeChain(options = {}) {
	const app = await makeApp(server, { type: "hybrid", ...options, columns: { grant_types: "authorization_code client_credentials refresh_token token-exchange", token_claims: "email", ...options.columns } });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([app.clientId, NEXT])}, id_jag_targets = ${JSON.stringify([{ audience: "https://other.example", resource: "https://other.example/mcp" }])} WHERE project_id = ${app.id}`;
	await resourceServer(app.owner, app, { identifier: NEXT, allow_third_party: true, scopes: [{ name: "tool:read", description: "Use tools" }] });
	return app;
}

const exchange = (app, form, headers = {}) => send(server, app, "token", { grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token_type: `${TYPE}access_token`, ...form }, { headers: { ...basic(app.clientId, app.secret), ...headers } });
const introspect = async (app, token) => expectStatus(await send(server, app, "introspect", { token }), 200);

test("a token becomes one for the next resource: the same person, no more scope, no longer life, and who acts", async () => {
	const app = await makeChain();
	const { access_token, user } = await getTokens(server, app, { scope: "openid email profile" });
	const answer = expectStatus(await exchange(app, { subject_token: access_token, resource: NEXT, scope: "email" }), 200);
	assert.deepEqual([answer.issued_token_type, answer.token_type, answer.scope, answer.refresh_token, answer.id_token], [`${TYPE}access_token`, "Bearer", "email", undefined, undefined]);
	const [[head, claims], [, first]] = [decode(answer.access_token), decode(access_token)];
	assert.equal(head.typ, "at+jwt");
	assert.ok(isSignedBy(await fetchKeys(server, app), answer.access_token));
	assert.deepEqual([claims.sub, claims.aud, claims.client_id, claims.scope, claims.email, claims.act], [user.id, NEXT, app.clientId, "email", user.email, { sub: app.clientId }]);
	for (const name of ["gid", "sid", "auth_time", "acr", "auth_strength", "session_class", "token_version"])
		assert.equal(claims[name], first[name], name);
	assert.deepEqual(claims.amr, first.amr);
	assert.notEqual(claims.jti, first.jti);
	assert.ok(claims.exp <= first.exp && answer.expires_in <= 3600);
	assert.equal((await introspect(app, answer.access_token)).active, true);
	const whole = expectStatus(await exchange(app, { subject_token: access_token, audience: NEXT }), 200);
	assert.equal(whole.scope, "openid email profile");
	const twice = decode(expectStatus(await exchange(app, { subject_token: answer.access_token, resource: app.clientId }), 200).access_token)[1];
	assert.deepEqual(twice.act, { sub: app.clientId, act: { sub: app.clientId } });
});

test("rule 26 its life is never longer than the first one's, and ends with its grant", async () => {
	const app = await makeChain();
	const { access_token, refresh_token } = await getTokens(server, app);
	await server.sql.run`UPDATE clients SET access_token_ttl_s = 86400 WHERE project_id = ${app.id}`;
	const { access_token: next } = expectStatus(await exchange(app, { subject_token: access_token, resource: NEXT }), 200);
	assert.equal(decode(next)[1].exp, decode(access_token)[1].exp);
	expectStatus(await send(server, app, "revoke", { token: refresh_token }), 200);
	assert.deepEqual(await introspect(app, next), { active: false });
	expectOAuthError(await exchange(app, { subject_token: access_token, resource: NEXT }), 400, "invalid_request");
});

test("rule 26 the chain of who acts has three at most", async () => {
	const app = await makeChain();
	let { access_token } = await getTokens(server, app);
	for (let depth = 1; depth <= 3; depth++)
		({ access_token } = expectStatus(await exchange(app, { subject_token: access_token, resource: NEXT }), 200));
	assert.deepEqual(decode(access_token)[1].act.act.act, { sub: app.clientId });
	expectOAuthError(await exchange(app, { subject_token: access_token, resource: NEXT }), 400, "invalid_request");
});

test("what can't be exchanged, and for whom", async () => {
	const app = await makeChain();
	const tokens = await getTokens(server, app, { scope: "openid email" });
	const other = await makeChain({ owner: app.owner });
	const good = { subject_token: tokens.access_token, resource: NEXT };
	expectOAuthError(await exchange(app, { ...good, scope: "email phone" }), 400, "invalid_scope");
	for (const target of [{ resource: "https://elsewhere.example/" }, { resource: undefined }, { audience: app.clientId }])
		expectOAuthError(await exchange(app, JSON.parse(JSON.stringify({ ...good, ...target }))), 400, "invalid_target");
	const wrong = {
		"an ID token": { subject_token: tokens.id_token }, "a refresh token": { subject_token: tokens.refresh_token }, "a changed one": { subject_token: tampered(tokens.access_token, { scope: "openid email phone" }) }, nonsense: { subject_token: "x" },
		"called an ID token": { subject_token_type: `${TYPE}id_token` }, "of another kind": { subject_token_type: `${TYPE}saml2` }, "to something else": { requested_token_type: `${TYPE}refresh_token` }, "with somebody who acts": { actor_token: tokens.access_token },
	};
	for (const [what, changes] of Object.entries(wrong)) {
		const answer = await exchange(app, { ...good, ...changes });
		assert.equal(answer.json.error, "invalid_request", what);
	}
	expectOAuthError(await exchange(other, good), 400, "invalid_request");
	expectStatus(await exchange(app, good), 200);
	await server.sql.run`UPDATE clients SET grant_types = 'authorization_code' WHERE project_id = ${app.id}`;
	expectOAuthError(await exchange(app, good), 400, "unauthorized_client");
	await server.sql.run`UPDATE clients SET grant_types = 'token-exchange', token_endpoint_auth_method = 'none' WHERE project_id = ${app.id}`;
	expectOAuthError(await program(server).request("POST", app.at("/oauth/token"), { form: { grant_type: "urn:ietf:params:oauth:grant-type:token-exchange", subject_token_type: `${TYPE}access_token`, client_id: app.clientId, ...good } }), 400, "unauthorized_client");
});

test("another client's token is exchanged by the one that it was meant for", async () => {
	const app = await makeChain();
	await resourceServer(app.owner, app, { identifier: "https://api.example/" });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify(["https://api.example/", NEXT])} WHERE project_id = ${app.id}`;
	const made = expectStatus(await app.session.post("/api/v1/clients", { name: "API", type: "web" }, { headers: { "X-Project-Id": app.id } }), 201);
	const api = { ...app, clientId: made.id, secret: made.client_secret };
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify(["https://api.example/", NEXT])}, grant_types = 'token-exchange' WHERE id = ${made.id}`;
	const { access_token, user } = await getTokens(server, app);
	const claims = decode(expectStatus(await exchange(api, { subject_token: access_token, resource: NEXT }), 200).access_token)[1];
	assert.deepEqual([claims.sub, claims.client_id, claims.act], [user.id, made.id, { sub: made.id }]);
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([NEXT])} WHERE id = ${made.id}`;
	expectOAuthError(await exchange(api, { subject_token: access_token, resource: NEXT }), 400, "invalid_request");
});

test("rule 24 a bound token is exchanged by who holds its key alone", async () => {
	const app = await makeChain();
	const [key, url] = [makeKey(), `${app.issuer}/oauth/token`];
	const { access_token } = expectStatus(await send(server, app, "token", { grant_type: "client_credentials" }, { headers: { ...basic(app.clientId, app.secret), DPoP: makeProof(key, { url }) } }), 200);
	expectOAuthError(await exchange(app, { subject_token: access_token, resource: NEXT }), 400, "invalid_request");
	expectOAuthError(await exchange(app, { subject_token: access_token, resource: NEXT }, { DPoP: makeProof(makeKey(), { url }) }), 400, "invalid_request");
	const answer = expectStatus(await exchange(app, { subject_token: access_token, resource: NEXT }, { DPoP: makeProof(key, { url }) }), 200);
	const claims = decode(answer.access_token)[1];
	assert.deepEqual([answer.token_type, claims.cnf.jkt, claims.sub], ["DPoP", key.thumbprint, app.clientId]);
});

test("rule 26 an ID token becomes an assertion for a server that the client may ask, and is nobody's access token", async () => {
	const app = await makeChain();
	const { id_token, access_token, user, browser } = await getTokens(server, app, { nonce: "n" });
	const form = { subject_token: id_token, subject_token_type: `${TYPE}id_token`, requested_token_type: `${TYPE}id-jag`, audience: "https://other.example", resource: "https://other.example/mcp", scope: "chat.read" };
	const answer = expectStatus(await exchange(app, form), 200);
	assert.deepEqual([answer.token_type, answer.issued_token_type, answer.expires_in], ["N_A", `${TYPE}id-jag`, 300]);
	const [head, { iat, exp, jti, ...claims }] = decode(answer.access_token);
	assert.equal(head.typ, "oauth-id-jag+jwt");
	assert.deepEqual(claims, { iss: app.issuer, sub: user.id, aud: "https://other.example", resource: "https://other.example/mcp", client_id: app.clientId, scope: "chat.read" });
	assert.equal(exp - iat, 300);
	assert.ok(jti && isSignedBy(await fetchKeys(server, app), answer.access_token));
	assert.deepEqual(await introspect(app, answer.access_token), { active: false });
	for (const target of [{ audience: "https://elsewhere.example" }, { resource: "https://other.example/" }])
		expectOAuthError(await exchange(app, { ...form, ...target }), 400, "invalid_target");
	expectOAuthError(await exchange(app, { ...form, subject_token: access_token }), 400, "invalid_request");
	expectOAuthError(await exchange(app, { ...form, subject_token_type: `${TYPE}access_token` }), 400, "invalid_request");
	const other = await makeChain({ owner: app.owner });
	expectOAuthError(await exchange(other, form), 400, "invalid_request");
	expectStatus(await browser.delete("/api/v1/session"), 204);
	expectOAuthError(await exchange(app, form), 400, "invalid_request");
});

// oauth4webapi against a project's server (a path issuer), and jose for what it signs: discovery, code with PKCE, ID token, userinfo,
// refresh, introspection, revocation, pushed requests, signing out.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import { Client, digest, ownServer, projectUser } from "../harness/index.mjs";
import { makeApp, REDIRECT_URI } from "../api/oauth/oauth.mjs";

const server = await ownServer();

/** The library's requests over the tests' own client, which finds AUTH_HOST and knows its certificate. */
async function fetched(url, { method = "GET", headers = {}, body } = {}) {
	const { pathname, search } = new URL(url);
	const sent = Object.fromEntries(new Headers(headers));
	const answer = await new Client(server, { site: "auth", check: false }).request(method, pathname + search, { headers: sent, body: body?.toString() });
	return new Response(answer.text, { status: answer.status, headers: Object.entries(answer.headers).filter(([, value]) => typeof value === "string") });
}

const options = { [oauth.customFetch]: fetched };

async function discover(issuer, algorithm) {
	const url = new URL(issuer);
	return oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { ...options, algorithm }));
}

/** The browser is led to the app, at once or by a pushed request. */
async function authorize({ as, client, auth, browser, parameters, isPushed }) {
	const address = new URL(as.authorization_endpoint);
	address.search = new URLSearchParams(parameters);
	if (isPushed) {
		const answer = await oauth.pushedAuthorizationRequest(as, client, auth, parameters, options);
		const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, answer);
		address.search = new URLSearchParams({ client_id: client.client_id, request_uri });
	}
	const { headers } = await browser.get(address.pathname + address.search, { check: false });
	return oauth.validateAuthResponse(as, client, new URL(headers.location), parameters.state);
}

async function walk(app, auth, { isPushed = false } = {}) {
	const as = await discover(app.issuer, "oauth2");
	assert.deepEqual(await discover(app.issuer, "oidc"), as);
	const client = { client_id: app.clientId };
	const user = await projectUser(server, app);
	const browser = await user.session();

	const code_verifier = oauth.generateRandomCodeVerifier();
	const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
	const asked = { client_id: app.clientId, redirect_uri: REDIRECT_URI, response_type: "code", scope: "openid email", state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier), code_challenge_method: "S256", max_age: "600" };
	const parameters = await authorize({ as, client, auth, browser, parameters: asked, isPushed });

	const answer = await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, REDIRECT_URI, code_verifier, options);
	const tokens = await oauth.processAuthorizationCodeResponse(as, client, answer, { expectedNonce: nonce, maxAge: 600, requireIdToken: true });
	const claims = oauth.getValidatedIdTokenClaims(tokens);
	assert.deepEqual([claims.sub, claims.email], [user.id, user.email]);
	const keys = jose.createLocalJWKSet(await (await fetched(as.jwks_uri)).json());
	await jose.jwtVerify(tokens.id_token, keys, { issuer: app.issuer, audience: app.clientId, algorithms: ["RS256"] });
	const { payload } = await jose.jwtVerify(tokens.access_token, keys, { issuer: app.issuer, audience: app.clientId, typ: "at+jwt", algorithms: ["ES256"] });
	assert.equal(payload.sub, user.id);
	await assert.rejects(jose.jwtVerify(`${tokens.access_token.slice(0, -4)}AAAA`, keys), /signature verification failed/);

	const told = await oauth.processUserInfoResponse(as, client, user.id, await oauth.userInfoRequest(as, client, tokens.access_token, options));
	assert.equal(told.email, user.email);
	const renewed = await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, options));
	assert.notEqual(renewed.refresh_token, tokens.refresh_token);
	await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, renewed.refresh_token, options));
	await assert.rejects(oauth.userInfoRequest(as, client, renewed.access_token, options).then((response) => oauth.processUserInfoResponse(as, client, user.id, response)));
	return { as, client, renewed, browser, id_token: tokens.id_token };
}

test("a client with a secret, by Basic and by the form", async () => {
	const app = await makeApp(server);
	const { as, client, renewed } = await walk(app, oauth.ClientSecretBasic(app.secret));
	const auth = oauth.ClientSecretPost(app.secret);
	const introspection = await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, renewed.access_token, options));
	assert.equal(introspection.active, false);
	await walk(app, auth);
});

test("a client without one", async () => {
	await walk(await makeApp(server, { isPublic: true }), oauth.None());
});

test("a client that must push its requests", async () => {
	const app = await makeApp(server, { columns: { require_par: 1 } });
	await walk(app, oauth.ClientSecretBasic(app.secret), { isPushed: true });
	const open = await makeApp(server, { isPublic: true, columns: { require_par: 1 } });
	await walk(open, oauth.None(), { isPushed: true });
});

test("signing out where the metadata says", async () => {
	const app = await makeApp(server);
	const target = "https://app.example.com/bye";
	await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, 'logout', ${digest(target)}, ${Buffer.from(target)})`;
	const { as, browser, id_token } = await walk(app, oauth.ClientSecretBasic(app.secret));
	const address = new URL(as.end_session_endpoint);
	address.search = new URLSearchParams({ id_token_hint: id_token, post_logout_redirect_uri: target, state: "st" });
	const { headers } = await browser.get(address.pathname + address.search, { check: false });
	assert.equal(headers.location, `${target}?state=st`);
	assert.equal((await browser.get("/api/v1/session", { check: false })).status, 401);
});

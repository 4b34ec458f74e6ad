// oauth4webapi over every grant and every way to prove oneself, at a project's server, and by the same lines at npm's oidc-provider, which shows that the
// lines are right: programs, code with a bound key and a nonce, devices, registration, keys instead of secrets. Exchange is for Gatehouse alone.

import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { test } from "node:test";
import * as jose from "jose";
import * as oauth from "oauth4webapi";
import { Client, expectStatus, ownServer, person, projectUser, resourceServer } from "../harness/index.mjs";
import { makeApp, REDIRECT_URI } from "../api/oauth/oauth.mjs";
import { assertionOf, makeEnterprise, makeWorkload, RESOURCE, workloadToken } from "../api/oauth/trusted.mjs";
import { startControl } from "./control.mjs";

const SECRET = "a secret of thirty-two characters and some more";
const { publicKey, privateKey } = await oauth.generateKeyPair("ES256", { extractable: true });
const kid = randomUUID();
const jwks = { keys: [{ ...await jose.exportJWK(publicKey), kid, alg: "ES256", use: "sig" }] };
const signs = oauth.PrivateKeyJwt({ key: privateKey, kid });

// ---- two servers, told apart by nothing that follows

const server = await ownServer();
const owner = await person(server);

/** A client of a project of its own, for each thing that has to be tried. */
const gatehouse = {
	name: "Gatehouse",
	async client({ by = "secret", grants = "authorization_code refresh_token", open = false, nonce = false } = {}) {
		const app = await makeApp(server, { type: "hybrid", owner, isPublic: by === "nothing", columns: { grant_types: grants } });
		const user = await projectUser(server, app);
		if (by === "key")
			await server.sql.run`UPDATE clients SET token_endpoint_auth_method = 'private_key_jwt', jwks = ${JSON.stringify(jwks)} WHERE id = ${app.clientId}`;
		await server.sql.run`INSERT INTO oauth_settings (project_id, signing_alg, access_token_ttl_s, dcr, cimd, cimd_trusted_domains, require_par, dpop_require_nonce, min_token_version, guard, version, updated_at)
			VALUES (${app.id}, 'ES256', 3600, ${open ? "open" : "off"}, NULL, '', FALSE, ${nonce}, 0, 0, 1, NOW(3))`;
		const browser = await user.session();
		return {
			app, issuer: app.issuer, client_id: app.clientId, secret: app.secret, sub: user.id, fetched: fetchGatehouse,
			browse: async (url) => new URL((await browser.get(url.pathname + url.search, { check: false })).headers.location),
			async approve(user_code) {
				const { id } = expectStatus(await browser.post("/api/v1/device_authorizations/claim", { user_code }), 200);
				expectStatus(await browser.post(`/api/v1/oauth_requests/${id}/decision`, { approve: true }), 200);
			},
			async consent(url) {
				const page = new URL((await browser.get(url.pathname + url.search, { check: false })).headers.location);
				const { continue_url } = expectStatus(await browser.post(`/api/v1/oauth_requests/${page.searchParams.get("request")}/decision`, { approve: true }), 200);
				return this.browse(new URL(continue_url));
			},
		};
	},
};

/** The library's requests over the tests' own client, which finds AUTH_HOST and knows its certificate. */
async function fetchGatehouse(url, { method = "GET", headers = {}, body } = {}) {
	const { pathname, search } = new URL(url);
	const answer = await new Client(server, { site: "auth", check: false }).request(method, pathname + search, { headers: Object.fromEntries(new Headers(headers)), body: body?.toString() });
	return new Response(answer.status === 204 ? null : answer.text, { status: answer.status, headers: Object.entries(answer.headers).filter(([, value]) => typeof value === "string") });
}

const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
const METHODS = { secret: "client_secret_basic", key: "private_key_jwt", nothing: "none" };
const ALL = ["authorization_code", "refresh_token", DEVICE_CODE];
const controlClients = Object.entries(METHODS).map(([by, method]) => ({
	client_id: by, redirect_uris: [REDIRECT_URI], response_types: ["code"], token_endpoint_auth_method: method, grant_types: by === "nothing" ? ALL : [...ALL, "client_credentials"],
	...(by === "secret" ? { client_secret: SECRET } : {}), ...(by === "key" ? { jwks, token_endpoint_auth_signing_alg: "ES256" } : {}),
}));
const control = await startControl({ tls: server.basis.tls, folder: server.folder, clients: controlClients });
const sides = [gatehouse, { name: "the control", client: async ({ by = "secret" } = {}) => ({ ...control, client_id: by, secret: SECRET, consent: control.browse }) }];

// ---- what a client does

async function discover(side) {
	const url = new URL(side.issuer);
	const options = { [oauth.customFetch]: side.fetched };
	const as = await oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, options));
	return { as, options, client: { client_id: side.client_id } };
}

/** Whoever is told a nonce asks again with it. */
async function again(ask, read) {
	try {
		return await read(await ask());
	} catch (error) {
		if (!oauth.isDPoPNonceError(error))
			throw error;
		return read(await ask());
	}
}

async function getCode(side, { as, client }, { leads = side.browse, auth, options, ...more }) {
	const code_verifier = oauth.generateRandomCodeVerifier();
	const state = oauth.generateRandomState();
	const asked = { client_id: client.client_id, redirect_uri: REDIRECT_URI, response_type: "code", scope: "openid email", state, code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier), code_challenge_method: "S256", ...more };
	const url = new URL(as.authorization_endpoint);
	url.search = new URLSearchParams(asked);
	if (auth) {
		const pushed = () => oauth.pushedAuthorizationRequest(as, client, auth, asked, options);
		const { request_uri } = await again(pushed, (answer) => oauth.processPushedAuthorizationResponse(as, client, answer));
		url.search = new URLSearchParams({ client_id: client.client_id, request_uri });
	}
	return { code_verifier, parameters: oauth.validateAuthResponse(as, client, await leads(url), state) };
}

const redeem = ({ as, client }, { code_verifier, parameters }, auth, options) => again(
	() => oauth.authorizationCodeGrantRequest(as, client, auth, parameters, REDIRECT_URI, code_verifier, options),
	(answer) => oauth.processAuthorizationCodeResponse(as, client, answer, { requireIdToken: true }));

const PROOFS = {
	"a secret by Basic": ["secret", ({ secret }) => oauth.ClientSecretBasic(secret)],
	"a secret in the form": ["secret", ({ secret }) => oauth.ClientSecretPost(secret)],
	"a key": ["key", () => signs],
};

for (const side of sides) {
	for (const [what, [by, prove]] of Object.entries(PROOFS))
		test(`client_credentials with ${what}, at ${side.name}`, async () => {
			const found = await side.client({ by, grants: "client_credentials" });
			const { as, client, options } = await discover(found);
			const auth = prove(found);
			const tokens = await oauth.processClientCredentialsResponse(as, client, await oauth.clientCredentialsGrantRequest(as, client, auth, {}, options));
			assert.equal(tokens.token_type, "bearer");
			const told = await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, tokens.access_token, options));
			assert.deepEqual([told.active, told.client_id], [true, found.client_id]);
			await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, tokens.access_token, options));
			assert.equal((await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, tokens.access_token, options))).active, false);
			await assert.rejects(async () => oauth.processClientCredentialsResponse(as, client, await oauth.clientCredentialsGrantRequest(as, client, oauth.ClientSecretPost("wrong"), {}, options)), { status: 401 });
		});

	for (const [by, prove] of [...Object.values(PROOFS), ["nothing", () => oauth.None()]])
		test(`DP-04 a code and its tokens bound to a key, with a nonce, for a client with ${by}, at ${side.name}`, async () => {
			const found = await side.client({ by, nonce: true });
			const place = await discover(found);
			const { as, client } = place;
			const auth = prove(found);
			const options = { ...place.options, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) };
			const tokens = await redeem(place, await getCode(found, place, { auth, options }), auth, options);
			assert.deepEqual([tokens.token_type, oauth.getValidatedIdTokenClaims(tokens).sub], ["dpop", found.sub]);
			const told = await again(() => oauth.userInfoRequest(as, client, tokens.access_token, options), (answer) => oauth.processUserInfoResponse(as, client, found.sub, answer));
			assert.ok(told.email);
			const refreshed = (with_) => again(() => oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, with_), (answer) => oauth.processRefreshTokenResponse(as, client, answer));
			if (by === "nothing")
				await assert.rejects(refreshed({ ...options, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) }), { error: "invalid_grant" });
			assert.equal((await refreshed(options)).token_type, "dpop");
			await assert.rejects(async () => oauth.processUserInfoResponse(as, client, found.sub, await oauth.userInfoRequest(as, client, tokens.access_token, place.options)));
		});

	for (const [by, prove] of [["secret", PROOFS["a secret by Basic"][1]], ["nothing", () => oauth.None()]])
		test(`a device of a client with ${by}, at ${side.name}`, async () => {
			const found = await side.client({ by, grants: "device_code refresh_token" });
			const { as, client, options } = await discover(found);
			const auth = prove(found);
			const device = await oauth.processDeviceAuthorizationResponse(as, client, await oauth.deviceAuthorizationRequest(as, client, auth, { scope: "openid email" }, options));
			assert.ok(device.verification_uri_complete.includes(device.user_code));
			const poll = async () => oauth.processDeviceCodeResponse(as, client, await oauth.deviceCodeGrantRequest(as, client, auth, device.device_code, options));
			await assert.rejects(poll(), { error: "authorization_pending" });
			await found.approve(device.user_code);
			const tokens = await poll();
			assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, found.sub);
			await oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, options));
			await assert.rejects(poll(), { error: "invalid_grant" });
		});

	test(`an application registers itself, and signs somebody in, at ${side.name}`, async () => {
		const found = await side.client({ open: true });
		const { as, options } = await discover(found);
		for (const token_endpoint_auth_method of ["none", "client_secret_basic"]) {
			const metadata = { client_name: "Notes", redirect_uris: [REDIRECT_URI], response_types: ["code"], grant_types: ["authorization_code", "refresh_token"], token_endpoint_auth_method };
			const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, metadata, options));
			const auth = client.client_secret ? oauth.ClientSecretBasic(client.client_secret) : oauth.None();
			const place = { as, client };
			const tokens = await redeem(place, await getCode(found, place, { leads: (url) => found.consent(url) }), auth, options);
			assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, found.sub);
			const own = (method) => found.fetched(client.registration_client_uri, { method, headers: { authorization: `Bearer ${client.registration_access_token}` } });
			assert.equal((await (await own("GET")).json()).client_name, "Notes");
			assert.equal((await own("DELETE")).status, 204);
			await assert.rejects(async () => oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, options)));
		}
	});
}

test("a token is exchanged for the next resource, which judges it as oauth4webapi does", async () => {
	const NEXT = "https://next.example/";
	const found = await gatehouse.client({ grants: "authorization_code token-exchange" });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([found.client_id, NEXT])} WHERE id = ${found.client_id}`;
	await resourceServer(owner, found.app, { identifier: NEXT });
	const place = await discover(found);
	const { as, client, options } = place;
	const auth = oauth.ClientSecretBasic(found.secret);
	const tokens = await redeem(place, await getCode(found, place, {}), auth, options);
	const form = { subject_token: tokens.access_token, subject_token_type: "urn:ietf:params:oauth:token-type:access_token", resource: NEXT };
	const next = await oauth.processGenericTokenEndpointResponse(as, client, await oauth.genericTokenEndpointRequest(as, client, auth, "urn:ietf:params:oauth:grant-type:token-exchange", form, options));
	const brought = (token) => new Request(NEXT, { headers: { authorization: `Bearer ${token}` } });
	const claims = await oauth.validateJwtAccessToken(as, brought(next.access_token), NEXT, options);
	assert.deepEqual([claims.sub, claims.client_id, claims.act], [found.sub, found.client_id, { sub: found.client_id }]);
	await assert.rejects(oauth.validateJwtAccessToken(as, brought(tokens.access_token), NEXT, options), "AT-06 the first one isn't for it");
});

const JWT_BEARER = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const trusting = async (world, assertion) => {
	const place = await discover({ issuer: world.project.issuer, fetched: fetchGatehouse, client_id: world.client.id });
	assert.ok(place.as.grant_types_supported.includes(JWT_BEARER));
	const answer = await oauth.genericTokenEndpointRequest(place.as, place.client, oauth.ClientSecretBasic(world.client.client_secret), JWT_BEARER, { assertion, resource: RESOURCE }, place.options);
	return { ...place, tokens: await oauth.processGenericTokenEndpointResponse(place.as, place.client, answer) };
};
const judged = ({ as, tokens, options }) => oauth.validateJwtAccessToken(as, new Request(RESOURCE, { headers: { authorization: `Bearer ${tokens.access_token}` } }), RESOURCE, options);

test("a company's word about its person is traded for their token, once", async () => {
	const company = await makeEnterprise(server, { owner });
	const assertion = await assertionOf(server, company);
	const got = await trusting(company, assertion);
	assert.deepEqual([got.tokens.refresh_token, got.tokens.id_token], [undefined, undefined]);
	const claims = await judged(got);
	assert.deepEqual([claims.sub, claims.client_id, claims.scope], [company.user.id, company.client.id, "tool:read"]);
	await assert.rejects(trusting(company, assertion), { error: "invalid_grant" });
});

test("a workload trades its token for its client's", async () => {
	const workload = await makeWorkload(server);
	const claims = await judged(await trusting(workload, await workloadToken(server, workload)));
	assert.deepEqual([claims.sub, claims.client_id], [workload.client.id, workload.client.id]);
	await assert.rejects(trusting(workload, await workloadToken(server, workload, { sub: "somebody else" })), { error: "invalid_grant" });
});

// oauth4webapi at the console's server, which stands at HOST's root: discovery, code with PKCE (pushed or not, bound to a key or not) in an organization
// that the person chooses, refresh, userinfo, introspection, revocation, devices, registration.

import assert from "node:assert/strict";
import { test } from "node:test";
import * as oauth from "oauth4webapi";
import { Client, digest, expectStatus, ownServer, person } from "../harness/index.mjs";
import { callTool } from "../api/mcp/mcp.mjs";
import { consoleApp, withToken } from "../api/oauth/console.mjs";
import { REDIRECT_URI } from "../api/oauth/oauth.mjs";

const server = await ownServer();
const who = await person(server);
const browser = await who.session();
const SECRET = "sec_console_client_of_the_tests";

async function fetched(url, { method = "GET", headers = {}, body } = {}) {
	const { pathname, search } = new URL(url);
	const answer = await new Client(server, { check: false }).request(method, pathname + search, { headers: Object.fromEntries(new Headers(headers)), body: body?.toString() });
	return new Response(answer.status === 204 ? null : answer.text, { status: answer.status, headers: Object.entries(answer.headers).filter(([, value]) => typeof value === "string") });
}
const options = { [oauth.customFetch]: fetched };
const as = await (async () => {
	const url = new URL(server.url);
	const [plain, oidc] = await Promise.all(["oauth2", "oidc"].map(async (algorithm) => oauth.processDiscoveryResponse(url, await oauth.discoveryRequest(url, { ...options, algorithm }))));
	assert.deepEqual(plain, oidc);
	return plain;
})();

const asked = { scope: "openid email org.read project.read", resource: `${server.url}/api` };
const decide = (id) => browser.post(`/api/v1/oauth_requests/${id}/decision`, { approve: true, org_id: who.org.id });
const lead = async (url) => new URL((await browser.get(url.pathname + url.search, { check: false })).headers.location);

/** The person agrees, and is led back to the app. */
async function consent(url) {
	const page = await lead(url);
	const { continue_url } = expectStatus(await decide(page.searchParams.get("request")), 200);
	return lead(new URL(continue_url));
}

async function getCode(client, auth, { isPushed, with_ = options, ...more }) {
	const code_verifier = oauth.generateRandomCodeVerifier();
	const [state, nonce] = [oauth.generateRandomState(), oauth.generateRandomNonce()];
	const parameters = { client_id: client.client_id, redirect_uri: REDIRECT_URI, response_type: "code", state, nonce, code_challenge: await oauth.calculatePKCECodeChallenge(code_verifier), code_challenge_method: "S256", ...asked, ...more };
	const url = new URL(as.authorization_endpoint);
	url.search = new URLSearchParams(parameters);
	if (isPushed) {
		const { request_uri } = await oauth.processPushedAuthorizationResponse(as, client, await oauth.pushedAuthorizationRequest(as, client, auth, parameters, with_));
		url.search = new URLSearchParams({ client_id: client.client_id, request_uri });
	}
	return { code_verifier, nonce, parameters: oauth.validateAuthResponse(as, client, await consent(url), state) };
}

const redeem = async (client, auth, { code_verifier, nonce, parameters }, with_ = options) =>
	oauth.processAuthorizationCodeResponse(as, client, await oauth.authorizationCodeGrantRequest(as, client, auth, parameters, REDIRECT_URI, code_verifier, with_), { expectedNonce: nonce, requireIdToken: true });
const refreshed = async (client, auth, tokens, with_ = options) => oauth.processRefreshTokenResponse(as, client, await oauth.refreshTokenGrantRequest(as, client, auth, tokens.refresh_token, with_));
const whois = async (client, { access_token }, with_ = options) => oauth.processUserInfoResponse(as, client, who.id, await oauth.userInfoRequest(as, client, access_token, with_));

async function makeClient({ isPublic, grant_types = "authorization_code refresh_token" }) {
	const { clientId } = await consoleApp(server, { grant_types, token_endpoint_auth_method: isPublic ? "none" : "client_secret_basic" });
	if (!isPublic)
		await server.sql.run`INSERT INTO client_secrets (project_id, client_id, slot, id, digest, prefix, last4, created_at) VALUES (${server.consoleId}, ${clientId}, 0, ${clientId.replace("cli", "csc")}, ${digest(SECRET)}, 'sec_cons', 'ests', NOW(3))`;
	return { client: { client_id: clientId }, auth: isPublic ? oauth.None() : oauth.ClientSecretBasic(SECRET) };
}

for (const isPublic of [true, false])
	for (const isPushed of [false, true])
		test(`${isPublic ? "a public" : "a confidential"} client, ${isPushed ? "pushed" : "plain"}: code, userinfo, refresh, revocation`, async () => {
			const { client, auth } = await makeClient({ isPublic });
			const tokens = await redeem(client, auth, await getCode(client, auth, { isPushed }));
			assert.match(tokens.access_token, /^gat_/);
			assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, who.id);
			assert.equal((await whois(client, tokens)).email, who.email);
			assert.equal(expectStatus(await withToken(server, tokens.access_token).get("/api/v1/whoami"), 200).org_id ?? who.org.id, who.org.id);
			const next = await refreshed(client, auth, tokens);
			if (!isPublic) {
				const told = await oauth.processIntrospectionResponse(as, client, await oauth.introspectionRequest(as, client, auth, next.access_token, options));
				assert.deepEqual([told.active, told.client_id, told.aud], [true, client.client_id, asked.resource]);
			}
			await oauth.processRevocationResponse(await oauth.revocationRequest(as, client, auth, next.refresh_token, options));
			await assert.rejects(whois(client, next));
			await assert.rejects(refreshed(client, auth, next), { error: "invalid_grant" });
		});

test("a token bound to a key, by what was pushed; for /mcp", async () => {
	const { client, auth } = await makeClient({ isPublic: true });
	const bound = { ...options, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) };
	const code = await getCode(client, auth, { isPushed: true, with_: bound });
	const tokens = await redeem(client, auth, code, bound);
	assert.equal(tokens.token_type, "dpop");
	assert.equal((await whois(client, tokens, bound)).sub, who.id);
	await assert.rejects(whois(client, tokens));
	await assert.rejects(refreshed(client, auth, tokens), { error: "invalid_grant" });
	await refreshed(client, auth, tokens, bound);
	const another = { ...options, DPoP: oauth.DPoP(client, await oauth.generateKeyPair("ES256")) };
	await assert.rejects(redeem(client, auth, await getCode(client, auth, { isPushed: true, with_: bound }), another), { error: "invalid_grant" });
});

test("a device, for the organization chosen for it", async () => {
	const { client, auth } = await makeClient({ isPublic: true, grant_types: "device_code refresh_token" });
	const device = await oauth.processDeviceAuthorizationResponse(as, client, await oauth.deviceAuthorizationRequest(as, client, auth, asked, options));
	const poll = async () => oauth.processDeviceCodeResponse(as, client, await oauth.deviceCodeGrantRequest(as, client, auth, device.device_code, options));
	await assert.rejects(poll(), { error: "authorization_pending" });
	const { id } = expectStatus(await browser.post("/api/v1/device_authorizations/claim", { user_code: device.user_code }), 200);
	expectStatus(await decide(id), 200);
	const tokens = await poll();
	assert.equal(oauth.getValidatedIdTokenClaims(tokens).sub, who.id);
	await refreshed(client, auth, tokens);
});

test("an application registers itself, and calls a tool", async () => {
	const metadata = { client_name: "Notes", redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none" };
	const client = await oauth.processDynamicClientRegistrationResponse(await oauth.dynamicClientRegistrationRequest(as, metadata, options));
	const tokens = await redeem(client, oauth.None(), await getCode(client, oauth.None(), { resource: `${server.url}/mcp` }));
	expectStatus(await callTool(withToken(server, tokens.access_token), "whoami"), 200);
	assert.equal((await withToken(server, tokens.access_token).get("/api/v1/whoami")).status, 401, "a token for /mcp isn't the API's");
});

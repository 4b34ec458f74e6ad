// Devices without a browser at the console's own server (RFC 8628, oauth.md rules 13 and 25): whoever types the code chooses the organization,
// and the device's token works there alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectOAuthError, expectStatus, person, projectUser, sharedServer } from "../../harness/index.mjs";
import { atOnce } from "../../harness/suite.mjs";
import { consoleApp, decide, form, refresh, visitor, withToken } from "./console.mjs";
import { makeKey, makeProof } from "./dpop.mjs";
import { makeProject } from "./oauth.mjs";

const server = await sharedServer();
const DEVICE_CODE = "urn:ietf:params:oauth:grant-type:device_code";
const app = await consoleApp(server, { grant_types: "device_code refresh_token", name: "Command line" });

const begin = (changes = {}, client = app) => form(server, "device_authorization", { client_id: client.clientId, resource: client.resource, scope: "org.read project.read offline_access", ...changes });
const poll = (device_code, options) => form(server, "token", { grant_type: DEVICE_CODE, client_id: app.clientId, device_code }, options);
const claim = (browser, user_code) => browser.post("/api/v1/device_authorizations/claim", { user_code });

/** A device whose code this person has typed. */
async function claimed(browser, changes) {
	const device = expectStatus(await begin(changes), 200);
	return { ...device, request: expectStatus(await claim(browser, device.user_code), 200) };
}

test("a device gets a token of the organization that was chosen for it", async () => {
	const who = await person(server, { orgName: "First" });
	const second = (await person(server, { orgName: "Second" })).org;
	await who.join(second, "viewer");
	const browser = await who.session();
	const device = expectStatus(await begin(), 200);
	assert.deepEqual([device.verification_uri, device.verification_uri_complete], [`${server.url}/device`, `${server.url}/device?user_code=${device.user_code}`]);
	expectOAuthError(await poll(device.device_code), 400, "authorization_pending");
	expectOAuthError(await poll(device.device_code), 400, "slow_down");
	const shown = expectStatus(await claim(browser, device.user_code), 200);
	assert.equal(shown.client.is_loopback_only, false, "it isn't a program on the person's own machine for our being on it");
	assert.deepEqual([shown.kind, shown.client.name, shown.resource, shown.scopes.map(({ name }) => name)], ["device", "Command line", `${server.url}/api`, ["org.read", "project.read", "offline_access"]]);
	assert.deepEqual(shown.organizations.map(({ id }) => id).sort(), [who.org.id, second.id].sort());
	const stranger = await person(server);
	for (const org_id of [undefined, stranger.org.id])
		expectError(await decide(browser, shown.id, { approve: true, org_id }), 422, "validation_failed");
	assert.equal(expectStatus(await decide(browser, shown.id, { approve: true, org_id: second.id }), 200).continue_url, `${server.url}/device?done=approved`);
	const tokens = expectStatus(await poll(device.device_code), 200);
	assert.match(tokens.access_token, /^gat_/);
	const { org, role, credential } = expectStatus(await withToken(server, tokens.access_token).get("/api/v1/whoami"), 200);
	assert.deepEqual([org.id, role, credential.name], [second.id, "viewer", "Command line"]);
	const next = expectStatus(await refresh(server, app, tokens.refresh_token), 200);
	assert.equal(expectStatus(await withToken(server, next.access_token).get("/api/v1/whoami"), 200).org.id, second.id);
	expectOAuthError(await poll(device.device_code), 400, "invalid_grant");
});

test("DV-03 the first who types the code decides; of six at once one has it", async () => {
	const device = expectStatus(await begin(), 200);
	const people = await Promise.all(Array.from({ length: 6 }, async () => (await person(server)).session()));
	await Promise.all(people.map((browser) => browser.csrf()));
	const answers = await Promise.all(people.map((browser) => claim(browser, device.user_code)));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 409, 409, 409, 409, 409]);
	const { id } = answers.find(({ status }) => status === 200).json;
	const late = people[answers.findIndex(({ status }) => status === 409)];
	expectError(await decide(late, id, { approve: false }), 404, "not_found");
	expectOAuthError(await poll(device.device_code), 400, "authorization_pending");
});

test("rule 25 of twenty polls after the approval one gets the token, bound to the key of its proof", async () => {
	const who = await person(server);
	const browser = await who.session();
	const { request, device_code } = await claimed(browser);
	expectStatus(await decide(browser, request.id, { approve: true, org_id: who.org.id }), 200);
	const key = makeKey();
	const answers = await atOnce(20, () => poll(device_code, { headers: { DPoP: makeProof(key, { url: `${server.url}/oauth/token` }) } }));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, ...Array(19).fill(400)]);
	const { access_token, token_type } = answers.find(({ status }) => status === 200).json;
	assert.equal(token_type, "DPoP");
	expectError(await withToken(server, access_token).get("/api/v1/whoami"), 401, "unauthorized");
	const DPoP = makeProof(key, { method: "GET", url: `${server.url}/api/v1/whoami`, token: access_token });
	expectStatus(await visitor(server).get("/api/v1/whoami", { headers: { Authorization: `DPoP ${access_token}`, DPoP } }), 200);
});

test("DV-05 a refusal reaches the device; who has left before the device asks again gives nothing", async () => {
	const owner = await person(server);
	const who = await owner.org.member("member");
	const browser = await who.session();
	const refused = await claimed(browser);
	assert.equal(expectStatus(await decide(browser, refused.request.id, { approve: false }), 200).continue_url, `${server.url}/device?done=denied`);
	expectOAuthError(await poll(refused.device_code), 400, "access_denied");
	const late = await claimed(browser);
	expectStatus(await decide(browser, late.request.id, { approve: true, org_id: owner.org.id }), 200);
	expectStatus(await (await owner.session()).delete(`/api/v1/members/${who.memberId}`), 204);
	expectOAuthError(await poll(late.device_code), 400, "invalid_grant");
});

test("rule 5 a device names the API or the MCP server, too, and its client needs the grant", async () => {
	for (const resource of [undefined, server.url, `${server.url}/api/`, app.clientId])
		expectOAuthError(await begin({ resource: resource ?? "" }), 400, "invalid_target");
	expectStatus(await begin({ resource: `${server.url}/mcp` }), 200);
	expectOAuthError(await begin({ scope: "nonsense" }), 400, "invalid_scope");
	expectOAuthError(await begin({}, await consoleApp(server, { grant_types: "authorization_code refresh_token" })), 400, "unauthorized_client");
});

test("a code of the console isn't one of a project's people, nor the other way round", async () => {
	const { user_code } = expectStatus(await begin(), 200);
	const project = await makeProject(server, { type: "web" });
	const visitorOfProject = await (await projectUser(server, project)).session();
	expectError(await claim(visitorOfProject, user_code), 404, "code_not_found");
	expectStatus(await claim(await (await person(server)).session(), user_code), 200);
});

test("the console says where devices begin", async () => {
	const metadata = expectStatus(await visitor(server).get("/.well-known/oauth-authorization-server"), 200);
	assert.equal(metadata.device_authorization_endpoint, `${server.url}/oauth/device_authorization`);
	assert.deepEqual(metadata.grant_types_supported.toSorted(), ["authorization_code", "refresh_token", DEVICE_CODE].toSorted());
});

// Programs that register themselves at the console (RFC 7591, 7592; oauth.md rules 35 and 36): from the registration to a tool of the MCP
// server, what becomes of it all when the registration goes, and initial tokens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectOAuthError, expectStatus, operator, ownServer, person } from "../../harness/index.mjs";
import { callTool } from "../mcp/mcp.mjs";
import { getTokens, refresh, visitor, withToken } from "./console.mjs";
import { makePkce, REDIRECT_URI } from "./oauth.mjs";

// Of its own: its console lets nobody register without an initial token for a while.
const server = await ownServer();
const METADATA = { client_name: "Desk agent", client_uri: "https://agent.example.com/", redirect_uris: [REDIRECT_URI], token_endpoint_auth_method: "none", grant_types: ["authorization_code", "refresh_token"] };

const register = (metadata = METADATA, { path = "/oauth/register", token } = {}) => visitor(server).request("POST", path, { json: metadata, headers: token ? { Authorization: `Bearer ${token}` } : {} });
const manage = (client, method, { json, token = client.registration_access_token } = {}) =>
	visitor(server).request(method, new URL(client.registration_client_uri).pathname, { json, headers: { Authorization: `Bearer ${token}` } });
const asApp = ({ client_id }) => ({ clientId: client_id, issuer: server.url, pkce: makePkce(), resource: `${server.url}/mcp` });

test("a program registers at HOST's root, is let into an organization, and calls a tool there", async () => {
	const { registration_endpoint } = expectStatus(await visitor(server).get("/.well-known/oauth-authorization-server"), 200);
	assert.equal(registration_endpoint, `${server.url}/oauth/register`);
	for (const path of ["/oauth/register", "/register"]) {
		const client = expectStatus(await register(METADATA, { path }), 201);
		assert.match(client.client_id, /^cli_/);
		assert.equal(client.registration_client_uri, `${server.url}/oauth/register/${client.client_id}`);
		assert.equal(client.client_secret, undefined);
	}
	const client = expectStatus(await register(), 201);
	const who = await person(server);
	const app = asApp(client);
	const tokens = await getTokens(server, app, who, { scope: "org.read project.read" });
	const answer = expectStatus(await callTool(withToken(server, tokens.access_token), "whoami"), 200);
	assert.equal(answer.result.structuredContent.org.id, who.org.id);
	const session = await who.session();
	const [connected] = expectStatus(await session.get("/api/v1/account/grants"), 200).data;
	assert.deepEqual([connected.client.source, connected.client.host, connected.org_ids], ["dcr", "agent.example.com", [who.org.id]]);
	expectStatus(await refresh(server, app, tokens.refresh_token), 200);
});

test("CR-17 a registration is read, replaced and removed by its token alone; removed, all that came of it is over", async () => {
	const [client, other] = [expectStatus(await register(), 201), expectStatus(await register(), 201)];
	assert.equal((await manage(client, "GET", { token: other.registration_access_token })).status, 401);
	assert.equal(expectStatus(await manage(client, "GET"), 200).client_name, "Desk agent");
	const renamed = expectStatus(await manage(client, "PUT", { json: { ...METADATA, client_id: client.client_id, client_name: "Renamed" } }), 200);
	assert.equal(renamed.client_name, "Renamed");
	assert.equal((await manage(client, "GET")).status, 401, "the token has changed");
	const who = await person(server);
	const tokens = await getTokens(server, asApp(client), who, { scope: "org.read" });
	expectStatus(await callTool(withToken(server, tokens.access_token), "whoami"), 200);
	expectStatus(await manage(renamed, "DELETE"), 204);
	assert.equal((await callTool(withToken(server, tokens.access_token), "whoami")).status, 401);
	expectOAuthError(await refresh(server, asApp(client), tokens.refresh_token), 401, "invalid_client");
	assert.equal((await manage(renamed, "GET")).status, 401);
});

test("rule 35 what nobody may ask for is refused at the console as elsewhere", async () => {
	for (const [changes, error] of [
		[{ redirect_uris: ["http://evil.example/cb"] }, "invalid_redirect_uri"], [{ redirect_uris: ["https://*.example.com/cb"] }, "invalid_redirect_uri"],
		[{ software_statement: "a.b.c" }, "invalid_client_metadata"], [{ grant_types: ["client_credentials"] }, "invalid_client_metadata"],
	])
		expectOAuthError(await register({ ...METADATA, ...changes }), 400, error);
	expectStatus(await register(), 201);
});

test("with an initial token alone, if the console says so; ended it registers nobody", async () => {
	const boss = await (await operator(server)).session({ headers: { "X-Project-Id": server.consoleId } });
	const AT = "/api/v1/oauth_settings";
	expectStatus(await boss.patch(AT, { dcr: "token" }), 200);
	try {
		assert.equal((await register()).status, 401);
		const made = expectStatus(await boss.post(`${AT}/initial_tokens`, { expires_in_s: 3600, uses: 2 }), 201);
		expectStatus(await register(METADATA, made), 201);
		assert.deepEqual(expectStatus(await boss.get(`${AT}/initial_tokens`), 200).data.map(({ id, uses_left }) => [id, uses_left]), [[made.id, 1]]);
		expectStatus(await boss.delete(`${AT}/initial_tokens/${made.id}`), 204);
		assert.equal((await register(METADATA, made)).status, 401);
		const manager = await (await operator(server, { role: "manager" })).session({ headers: { "X-Project-Id": server.consoleId } });
		expectError(await manager.get(`${AT}/initial_tokens`), 403, "forbidden");
	} finally {
		expectStatus(await boss.patch(AT, { dcr: null }), 200);
	}
	expectStatus(await register(), 201);
});

// POST /mcp (oauth.md section 4.3, rules 42 to 45): who may come in, the wire in its modern and older revisions, and tools that are routes.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectError, expectStatus, makeSecret, person, sharedServer } from "../../harness/index.mjs";
import { openapi } from "../../harness/openapi.mjs";
import { callTool, legacy, MODERN, rpc } from "./mcp.mjs";

const server = await sharedServer();
const CORE = ["whoami", "org_list", "org_get", "member_list", "search", "project_list", "project_get", "project_create", "project_update", "user_list", "user_get", "user_update", "user_set_claims", "license_list", "license_get", "license_create", "license_update", "client_list", "client_get"];
const VERSIONS = [MODERN, "2025-11-25", "2025-06-18", "2025-03-26"];

const owner = await person(server);
const mcp = (options) => owner.accessToken({ resource: "mcp", ...options });
const program = await mcp();
const namesOf = (answer) => expectStatus(answer, 200).result.tools.map(({ name }) => name);
const problem = (answer) => [answer.status, answer.json.error.code];
const contentOf = (answer) => JSON.parse(expectStatus(answer, 200).result.content[0].text);

test("rule 42 the door: a token of the console for /mcp, a personal token or a service key; never the cookie, never a token for the API", async () => {
	const nobody = await rpc(new Client(server), "tools/list");
	expectError(nobody, 401, "unauthorized");
	assert.equal(nobody.headers["www-authenticate"], `Bearer realm="Gatehouse", resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="org.read project.read", DPoP algs="ES256 EdDSA RS256 PS256"`);
	expectError(await rpc(await owner.session(), "tools/list"), 401, "unauthorized");
	const forApi = await rpc(await owner.accessToken(), "tools/list");
	expectError(forApi, 401, "unauthorized");
	assert.match(forApi.headers["www-authenticate"], /error="invalid_token"/);
	expectError(await rpc(new Client(server, { bearer: makeSecret("gat_") }), "tools/list"), 401, "unauthorized");
	for (const client of [program, await owner.token(), await owner.org.key()])
		expectStatus(await rpc(client, "tools/list"), 200);
	for (const method of ["GET", "DELETE", "PUT"]) {
		const answer = await program.request(method, "/mcp", { check: false });
		assert.deepEqual([answer.status, answer.headers.allow], [405, "POST"]);
	}
});

test("rule 43 a page elsewhere stays outside, one of HOST or of this machine doesn't", async () => {
	const from = (Origin) => rpc(program, "tools/list", {}, { headers: { Origin } });
	for (const origin of ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:80x", "https://localhost.evil.example", "http://127.0.0.1:1@evil.example"])
		expectError(await from(origin), 403, "forbidden");
	for (const origin of [server.url, "http://localhost:6274", "http://127.0.0.1:3000"])
		expectStatus(await from(origin), 200);
});

test("rule 44 what headers and _meta say must agree, and be spoken here", async () => {
	const list = (options) => rpc(program, "tools/list", {}, options);
	const version = (text) => ({ "io.modelcontextprotocol/protocolVersion": text });
	assert.deepEqual(problem(await list({ headers: { "MCP-Protocol-Version": null } })), [400, -32020]);
	assert.deepEqual(problem(await list({ headers: { "MCP-Protocol-Version": "2025-11-25" } })), [400, -32020]);
	assert.deepEqual(problem(await list({ meta: version("v999") })), [400, -32020]);
	for (const headers of [{ "Mcp-Method": null }, { "Mcp-Method": "TOOLS/LIST" }, { "Mcp-Method": "tools/call" }])
		assert.deepEqual(problem(await list({ headers })), [400, -32020]);
	for (const name of [null, "org_list", "=?base64?b3JnX2xpc3Q=?=", "=?base64?!!?="])
		assert.deepEqual(problem(await callTool(program, "whoami", {}, { headers: { "Mcp-Name": name } })), [400, -32020], name);
	expectStatus(await callTool(program, "whoami", {}, { headers: { "Mcp-Name": `=?base64?${Buffer.from("whoami").toString("base64")}?=` } }), 200);
	const unknown = await list({ headers: { "MCP-Protocol-Version": "v999" }, meta: version("v999") });
	assert.deepEqual(problem(unknown), [400, -32022]);
	assert.deepEqual(unknown.json.error.data, { supported: VERSIONS, requested: "v999" });
	for (const name of ["protocolVersion", "clientCapabilities"])
		assert.deepEqual(problem(await list({ meta: { [`io.modelcontextprotocol/${name}`]: undefined } })), [400, -32602]);
	expectStatus(await list({ meta: { "io.modelcontextprotocol/clientInfo": undefined } }), 200);
	for (const method of ["initialize", "ping", "resources/list", "unknown"])
		assert.deepEqual(problem(await rpc(program, method)), [404, -32601], method);
	assert.equal((await rpc(program, "unknown", {}, { id: "seven" })).json.id, "seven");
});

test("discover and lists say how long they may be kept, and for whom", async () => {
	for (const method of ["server/discover", "tools/list"]) {
		const answer = await rpc(program, method);
		assert.match(answer.headers["content-type"], /^application\/json/);
		const { ttlMs, cacheScope, resultType, _meta } = expectStatus(answer, 200).result;
		assert.deepEqual([ttlMs, cacheScope, resultType], [300000, "private", "complete"]);
		assert.equal(_meta["io.modelcontextprotocol/serverInfo"].name, "gatehouse");
	}
	assert.deepEqual((await rpc(program, "server/discover")).json.result.supportedVersions, VERSIONS);
});

test("older revisions are spoken without a session", async () => {
	for (const version of VERSIONS.slice(1)) {
		const { protocolVersion, capabilities, serverInfo } = expectStatus(await legacy(program, "initialize", { protocolVersion: version, capabilities: {}, clientInfo: { name: "old", version: "1" } }), 200).result;
		assert.deepEqual([protocolVersion, capabilities, serverInfo.name], [version, { tools: {} }, "gatehouse"]);
		const noted = await legacy(program, "notifications/initialized", undefined, { version, id: undefined });
		assert.deepEqual([noted.status, noted.text], [202, ""]);
		assert.deepEqual(namesOf(await legacy(program, "tools/list", undefined, { version })), CORE);
		assert.deepEqual(expectStatus(await legacy(program, "ping", undefined, { version }), 200).result, {});
		const { content, structuredContent, isError } = expectStatus(await legacy(program, "tools/call", { name: "whoami", arguments: {} }, { version }), 200).result;
		assert.deepEqual([JSON.parse(content[0].text), isError], [structuredContent, false]);
		assert.equal((await legacy(program, "server/discover", undefined, { version })).json.error.code, -32601);
	}
	assert.equal(expectStatus(await legacy(program, "initialize", { protocolVersion: "1999-01-01" }), 200).result.protocolVersion, "2025-11-25");
	assert.equal((await legacy(program, "initialize", {}, { version: "1999-01-01" })).status, 400);
});

test("what is no JSON-RPC request is a 400", async () => {
	for (const [body, code] of [["{", -32700], ["[]", -32600], ["7", -32600], ["{}", -32600], ['{"jsonrpc":"1.0","id":1,"method":"ping"}', -32600], ['{"jsonrpc":"2.0","id":{},"method":"ping"}', -32600], ['{"jsonrpc":"2.0","id":1,"method":"ping","params":[]}', -32600]]) {
		const answer = await program.request("POST", "/mcp", { body, headers: { "Content-Type": "application/json" }, check: false });
		assert.deepEqual(problem(answer), [400, code], body);
	}
	expectError(await program.request("POST", "/mcp", { body: "{}", headers: { "Content-Type": "text/plain" }, check: false }), 415, "unsupported_media_type");
});

test("?tools= and ?profile= choose; a word that isn't known is a 400", async () => {
	const list = (query) => rpc(program, "tools/list", {}, { target: `/mcp${query}` });
	assert.deepEqual(namesOf(await list("")), CORE);
	assert.deepEqual(namesOf(await list("?tools=clients")), ["whoami", "org_list", "org_get", "member_list", "search", "client_list", "client_get"]);
	assert.deepEqual(namesOf(await list("?profile=all")).filter((name) => !CORE.includes(name)), ["user_deactivate", "license_suspend", "license_reset_hardware", "audit_event_list"]);
	assert.deepEqual(namesOf(await list("?tools=audit&profile=core")), ["whoami", "org_list", "org_get", "member_list", "search"]);
	for (const query of ["?tools=nonsense", "?tools=", "?tools=users,", "?profile=everything"])
		assert.deepEqual(problem(await list(query)), [400, -32602], query);
	assert.equal((await callTool(program, "user_deactivate", { id: owner.id })).json.error.code, -32602);
	assert.equal((await callTool(program, "project_delete", { project_id: owner.project.id })).json.error.code, -32602);
});

test("a key sees the tools that a key can call", async () => {
	assert.deepEqual(namesOf(await rpc(await owner.org.key(), "tools/list")), CORE.filter((name) => name !== "search"));
});

test("each tool says of its route what OpenAPI says", async () => {
	const { tools } = (await rpc(program, "tools/list", {}, { target: "/mcp?profile=all" })).json.result;
	const operations = new Map(Object.entries(openapi().paths).flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => [operation.operationId, { ...operation, method, path }])));
	for (const tool of tools) {
		const operation = operations.get(tool.name === "search" ? "palette_search" : tool.name);
		const expected = { ...operation.requestBody?.content["application/json"].schema.properties };
		for (const { name, in: place, schema, description } of operation.parameters)
			if (place !== "header" && !(place === "path" && name === "org_id"))
				expected[name] = { ...schema, ...(description ? { description } : {}) };
		const { project_id, idempotency_key, ...properties } = tool.inputSchema.properties;
		if (project_id && operation.path.includes("{project_id}"))
			properties.project_id = project_id;
		assert.deepEqual(properties, expected, tool.name);
		assert.equal(tool.annotations.readOnlyHint, operation.method === "get");
		assert.equal(Boolean(idempotency_key), operation.method !== "get");
		assert.ok(tool.description.startsWith(operation.summary));
	}
});

test("rule 45 a tool is its route: the same answer, the same trace, the same refusals", async () => {
	const made = contentOf(await callTool(program, "project_create", { name: "By a model", environment: "test" }));
	assert.deepEqual([made.name, made.environment, made.client_secret], ["By a model", "test", null]);
	const renamed = contentOf(await callTool(program, "project_update", { project_id: made.id, name: "By a model, again", description: null }));
	assert.equal(renamed.name, "By a model, again");
	const { data } = contentOf(await callTool(program, "project_list", { search: "again", limit: 5 }));
	assert.deepEqual(data.map(({ id }) => id), [made.id]);
	const [trace] = await server.sql.rows`SELECT actor_kind, actor_id FROM audit_events WHERE target_id = ${made.id} AND action = 'project.created'`;
	assert.deepEqual([trace.actor_kind, trace.actor_id], ["oauth", program.id]);
	const refusals = [
		["project_create", { name: "" }, "validation_failed"], ["project_create", { name: "x", nonsense: 1 }, "validation_failed"], ["project_list", { nonsense: 1 }, "validation_failed"],
		["project_get", {}, "validation_failed"], ["project_get", { project_id: "nonsense" }, "invalid_id"], ["project_get", { project_id: "prj_0000000000000000" }, "not_found"],
		["project_get", { project_id: (await person(server)).project.id }, "not_found"], ["user_get", { id: "../orgs" }, "invalid_id"], ["project_list", { limit: 1000 }, "validation_failed"],
	];
	for (const [name, args, code] of refusals) {
		const { isError, content } = expectStatus(await callTool(program, name, args), 200).result;
		assert.deepEqual([isError, JSON.parse(content[0].text).error.code], [true, code], `${name} ${JSON.stringify(args)}`);
	}
	assert.equal((await callTool(program, "whoami", [])).json.error.code, -32602);
});

test("licenses are made, suspended and reset by tools; those two only where sensitive ones are asked for", async () => {
	const all = { target: "/mcp?tools=licenses&profile=all" };
	const made = contentOf(await callTool(program, "license_create", { project_id: owner.project.id, product_name: "Desk" }));
	assert.equal(contentOf(await callTool(program, "license_get", { project_id: owner.project.id, id: made.id })).id, made.id);
	assert.equal((await callTool(program, "license_suspend", { project_id: owner.project.id, id: made.id })).json.error.code, -32602);
	assert.equal(contentOf(await callTool(program, "license_suspend", { project_id: owner.project.id, id: made.id }, all)).status, "suspended");
	assert.equal(contentOf(await callTool(program, "license_reset_hardware", { project_id: owner.project.id, id: made.id }, all)).id, made.id);
	const stranger = await person(server);
	const { content } = (await callTool(await stranger.accessToken({ resource: "mcp" }), "license_get", { project_id: stranger.project.id, id: made.id })).json.result;
	assert.equal(JSON.parse(content[0].text).error.code, "not_found");
});

test("project_id chooses the project, the organization is the token's", async () => {
	const second = await owner.org.project();
	const { data } = contentOf(await callTool(program, "client_list", { project_id: second.id }));
	assert.deepEqual(data.map(({ id }) => id), [second.clientId]);
	assert.equal(contentOf(await callTool(program, "org_get")).id, owner.org.id);
	const pinned = await owner.org.key({ project: second });
	assert.deepEqual(contentOf(await callTool(pinned, "client_list", { project_id: owner.project.id })).data.map(({ id }) => id), [second.clientId]);
	const test_ = await owner.org.project({ environment: "test" });
	const { isError, content } = (await callTool(await owner.org.key(), "client_list", { project_id: test_.id })).json.result;
	assert.deepEqual([isError, JSON.parse(content[0].text).error.code], [true, "unauthorized"]);
});

test("an idempotency key makes a repeated write the first one", async () => {
	const args = { name: "Once", idempotency_key: `once-${Date.now()}` };
	const [first, second] = [contentOf(await callTool(program, "project_create", args)), contentOf(await callTool(program, "project_create", args))];
	assert.equal(first.id, second.id);
	const other = (await callTool(program, "project_create", { ...args, name: "Twice" })).json.result;
	assert.deepEqual([other.isError, JSON.parse(other.content[0].text).error.code], [true, "idempotency_mismatch"]);
});

test("a missing scope is asked for, a missing role isn't", async () => {
	const narrow = await mcp({ scopes: ["org.read", "project.read"] });
	const answer = await callTool(narrow, "user_list");
	expectError(answer, 403, "insufficient_scope");
	assert.equal(answer.headers["www-authenticate"], `Bearer realm="Gatehouse", error="insufficient_scope", resource_metadata="${server.url}/.well-known/oauth-protected-resource/mcp", scope="org.read project.read user.read"`);
	expectStatus(await callTool(narrow, "project_list"), 200);
	const viewer = await owner.org.member("viewer");
	const { isError, content } = expectStatus(await callTool(await viewer.accessToken({ resource: "mcp" }), "project_create", { name: "x" }), 200).result;
	assert.deepEqual([isError, JSON.parse(content[0].text).error.code], [true, "forbidden"]);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE org_id = ${owner.org.id} AND result = 'denied' AND action = 'project_create'`), 1);
});

test("a token that is over ends the calls at once", async () => {
	const own = await mcp();
	expectStatus(await callTool(own, "whoami"), 200);
	await server.sql.run`UPDATE grants SET revoked_at = created_at WHERE id = ${own.id}`;
	expectError(await callTool(own, "whoami"), 401, "unauthorized");
});

test("pages of other origins may ask before they call", async () => {
	const answer = await new Client(server).request("OPTIONS", "/mcp", { headers: { Origin: "http://localhost:6274", "Access-Control-Request-Method": "POST" }, check: false });
	assert.equal(answer.status, 204);
	for (const name of ["Authorization", "MCP-Protocol-Version", "Mcp-Method", "Mcp-Name"])
		assert.ok(answer.headers["access-control-allow-headers"].includes(name), name);
});

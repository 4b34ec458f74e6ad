// What a resource server says of itself (RFC 9728): the document that a customer's API or MCP server copies.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectOAuthError, expectStatus, makePublicId, resourceServer, sharedServer } from "../../harness/index.mjs";
import { makeProject, program } from "./oauth.mjs";

const server = await sharedServer();
const read = (project, resource) => program(server).get(`${project.at("/.well-known/oauth-protected-resource")}?${new URLSearchParams({ resource })}`);

test("MD-04 the document names the resource as it is registered, the project's server and the scopes there, and no offline_access", async () => {
	const project = await makeProject(server);
	const api = await resourceServer(project.owner, project, { identifier: "https://mcp.example.com/v1", name: "Orders", scopes: [{ name: "orders:write", plans: ["pro"] }, { name: "orders:read" }] });
	const answer = await read(project, api.identifier);
	assert.deepEqual(expectStatus(answer, 200), {
		resource: "https://mcp.example.com/v1", authorization_servers: [project.issuer], scopes_supported: ["orders:read", "orders:write"], bearer_methods_supported: ["header"], resource_name: "Orders",
	});
	assert.match(answer.headers["content-type"], /^application\/json/);
	assert.match(answer.headers["cache-control"], /public, max-age=300/);
	assert.equal(answer.headers["access-control-allow-origin"], "*");
});

test("without scopes the document names none; a bare origin is found in both spellings and named in its own", async () => {
	const project = await makeProject(server);
	const api = await resourceServer(project.owner, project);
	for (const asked of [api.identifier, api.identifier.slice(0, -1)]) {
		const document = expectStatus(await read(project, asked), 200);
		assert.deepEqual([document.resource, "scopes_supported" in document], [api.identifier, false]);
	}
});

test("one that is off, another project's or nobody's is 404; without a resource there is no document", async () => {
	const [project, other] = [await makeProject(server), await makeProject(server)];
	const api = await resourceServer(project.owner, project);
	expectStatus(await read(project, api.identifier), 200);
	expectError(await read(other, api.identifier), 404, "not_found");
	expectError(await read({ at: (path) => `/p/${makePublicId()}${path}` }, api.identifier), 404, "not_found");
	expectError(await read(project, project.clientId), 404, "not_found");
	expectOAuthError(await program(server).get(project.at("/.well-known/oauth-protected-resource")), 400, "invalid_request");
	const headers = { "X-Project-Id": project.id };
	expectStatus(await project.session.patch(`/api/v1/resource_servers/${api.id}`, { is_active: false }, { headers }), 200);
	expectError(await read(project, api.identifier), 404, "not_found");
});

// GET /auth_request for nginx: 204, 401 or 403 and nothing else.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Client, expectStatus, person, sharedServer, sqlTime } from "../../harness/index.mjs";

const server = await sharedServer();
const HEADERS = ["kind", "project", "credential", "client", "user", "email", "name", "roles", "scope", "workspace", "plan"].map((name) => `x-gatehouse-${name}`);

async function make() {
	const owner = await person(server, { name: "Zoë Ünsal" });
	const { org } = owner;
	return { owner, org, project: org.defaultProject, at: (more = "&accept=api_key", project = org.defaultProject) => `/api/v1/auth_request?client_id=${project.clientId}${more}` };
}

test("T-42 a service key of the project: 204 with every header, absent values empty", async () => {
	const { org, project, at } = await make();
	const key = await org.key({ scopes: ["event.read", "project.read"] });
	const answer = await key.get(at());
	expectStatus(answer, 204);
	assert.equal(answer.text, "");
	for (const name of HEADERS)
		assert.ok(name in answer.headers, name);
	assert.equal(answer.headers["x-gatehouse-kind"], "api_key");
	assert.equal(answer.headers["x-gatehouse-project"], project.id);
	assert.equal(answer.headers["x-gatehouse-credential"], key.id);
	assert.equal(answer.headers["x-gatehouse-client"], project.clientId);
	assert.equal(answer.headers["x-gatehouse-user"], "");
	assert.deepEqual(answer.headers["x-gatehouse-scope"].split(" "), ["event.read", "project.read"]);
});

test("T-42 a personal token: 204 with user, e-mail and percent-encoded name", async () => {
	const { owner, at } = await make();
	const token = await owner.token();
	const answer = await token.get(at());
	expectStatus(answer, 204);
	assert.equal(answer.headers["x-gatehouse-user"], owner.id);
	assert.equal(decodeURIComponent(answer.headers["x-gatehouse-email"]), owner.email);
	assert.equal(answer.headers["x-gatehouse-name"], encodeURIComponent("Zoë Ünsal"));
	assert.equal(answer.headers["x-gatehouse-credential"], token.id);
});

test("T-42 no credential, a bad, revoked or expired one: 401 with WWW-Authenticate", async () => {
	const { org, at } = await make();
	for (const client of [new Client(server), new Client(server, { bearer: "nonsense" }), await org.key({ expires_at: sqlTime(-1) })]) {
		const answer = await client.get(at());
		assert.equal(answer.status, 401);
		assert.ok(answer.headers["www-authenticate"]);
	}
	expectStatus(await (await org.key()).get(at()), 204);
});

test("T-42 another organization's, project's or environment's credential: 401", async () => {
	const { org, at } = await make();
	const stranger = await person(server);
	const extra = await org.project();
	const testing = await org.project({ environment: "test" });
	const pinned = await org.key({ project: extra });
	assert.equal((await (await stranger.org.key()).get(at())).status, 401);
	assert.equal((await (await stranger.token()).get(at())).status, 401);
	assert.equal((await pinned.get(at())).status, 401);
	expectStatus(await pinned.get(at("&accept=api_key", extra)), 204);
	assert.equal((await (await org.key()).get(at("&accept=api_key", testing))).status, 401);
	expectStatus(await (await org.key({ environment: "test" })).get(at("&accept=api_key", testing)), 204);
});

test("T-42 a missing scope: 403; with it 204", async () => {
	const { org, at } = await make();
	const key = await org.key({ scopes: ["project.read"] });
	assert.equal((await key.get(at("&accept=api_key&scope=event.read"))).status, 403);
	expectStatus(await key.get(at("&accept=api_key&scope=project.read")), 204);
});

test("T-41 what isn't built yet is 403, never 204: workspace_id; a key doesn't count where sessions alone are taken", async () => {
	const { owner, org, at } = await make();
	const key = await org.key();
	expectStatus(await key.get(at()), 204);
	for (const more of ["&accept=session", "&accept=token", "&accept=api_key&workspace_id=wsp_0000000000000000"])
		assert.notEqual((await key.get(at(more))).status, 204, more);
	for (const more of ["&accept=session", "&accept=session,api_key"]) {
		const answer = await (await owner.session()).get(at(more));
		assert.ok([401, 403].includes(answer.status), `${more}: ${answer.status}`);
	}
});

test("T-41 only 204, 401 and 403 are ever sent", async () => {
	const { org } = await make();
	const key = await org.key();
	for (const target of ["", "?client_id=x", "?client_id=proj_000000000000000000000000&accept=api_key", "?nonsense=1", `?client_id=${org.defaultProject.clientId}&accept=nonsense`, `?client_id=${org.defaultProject.clientId}&client_id=x`])
		assert.ok([401, 403].includes((await key.get(`/api/v1/auth_request${target}`, { check: false })).status), target);
	for (const headers of [{ "X-Project-Id": "nonsense" }, { "X-Org-Id": ["a", "b"] }, { Authorization: "Basic x" }])
		assert.ok([401, 403].includes((await key.get(`/api/v1/auth_request?client_id=${org.defaultProject.clientId}&accept=api_key`, { headers, check: false })).status));
});

test("T-42 a deleted project's keys and a deleted client: not 204", async () => {
	const { org, owner, at } = await make();
	const extra = await org.project();
	const key = await org.key();
	expectStatus(await key.get(at("&accept=api_key", extra)), 204);
	expectStatus(await (await owner.session()).delete(`/api/v1/projects/${extra.id}?confirm=${extra.slug}`), 204);
	assert.ok([401, 403].includes((await key.get(at("&accept=api_key", extra))).status));
	expectStatus(await key.get(at()), 204);
});

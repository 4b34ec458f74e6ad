// The seed rows of the tenancy contract, section 11, that concern projects, keys, tokens, members and environments.

import assert from "node:assert/strict";
import http from "node:http";
import { test } from "node:test";
import { Client, DAY, expectError, expectField, expectStatus, fromNow, person, sharedServer, signUp } from "../../harness/index.mjs";

const server = await sharedServer();

async function make() {
	const owner = await person(server);
	return { owner, org: owner.org, project: owner.org.defaultProject, session: await owner.session() };
}

test("Astapa: POST /projects {name, redirect_uris} (S) gives proj_ and sec_ once; later GET has no secret", async () => {
	const { session } = await make();
	const made = expectStatus(await session.post("/api/v1/projects", { name: "App", redirect_uris: ["https://app.example.com/cb"] }), 201);
	assert.match(made.client_id, /^proj_/);
	assert.match(made.client_secret, /^sec_/);
	assert.ok(!(await session.get(`/api/v1/projects/${made.id}`)).text.includes(made.client_secret));
	assert.ok(!(await session.get("/api/v1/projects")).text.includes(made.client_secret));
});

test("Banata: default project at first sign-up, one per person: GET /projects?is_default=true", async () => {
	const { browser } = await signUp(server);
	const { data } = expectStatus(await browser.get("/api/v1/projects?is_default=true"), 200);
	assert.equal(data.length, 1);
	assert.equal(data[0].slug, "default");
});

test("Banata: pinned key needs no header and ignores another's; GET /projects lists its own", async () => {
	const { org } = await make();
	const extra = await org.project();
	const key = await org.key({ project: extra });
	for (const headers of [{}, { "X-Project-Id": org.defaultProject.id }])
		assert.deepEqual(expectStatus(await key.get("/api/v1/projects", { headers }), 200).data.map(({ id }) => id), [extra.id]);
});

test("Banata: separate environments, rotation without the raw key: environment, /rotate", async () => {
	const { org, session } = await make();
	const testing = await org.project({ environment: "test" });
	const key = await org.key({ project: testing });
	assert.equal(expectStatus(await key.get("/api/v1/whoami"), 200).credential.environment, "test");
	const next = expectStatus(await session.post(`/api/v1/api_keys/${key.id}/rotate`, {}), 201);
	assert.match(next.secret, /^gsk_test_/);
	assert.equal(next.project_id, testing.id);
});

test("OnyxAuth: POST /projects {name: My SaaS App} alone → 201 with public id; get, list, rename; name 0 or 256 → 422", async () => {
	const { session } = await make();
	const made = expectStatus(await session.post("/api/v1/projects", { name: "My SaaS App" }), 201);
	assert.match(made.client_id, /^proj_[A-Za-z0-9]{24}$/);
	assert.equal(expectStatus(await session.get(`/api/v1/projects/${made.id}`), 200).name, "My SaaS App");
	assert.ok(expectStatus(await session.get("/api/v1/projects"), 200).data.some(({ id }) => id === made.id));
	assert.equal(expectStatus(await session.patch(`/api/v1/projects/${made.id}`, { name: "Renamed" }), 200).name, "Renamed");
	for (const name of ["", "x".repeat(256)])
		expectField(await session.post("/api/v1/projects", { name }), "name", "length");
});

test("OnyxAuth: delete takes keys: its gsk_ → 401; last project → 409", async () => {
	const { org, session, project } = await make();
	const extra = await org.project();
	const key = await org.key({ project: extra });
	expectStatus(await key.get("/api/v1/whoami"), 200);
	expectStatus(await session.delete(`/api/v1/projects/${extra.id}?confirm=${extra.slug}`), 204);
	expectError(await key.get("/api/v1/whoami"), 401, "unauthorized");
	expectError(await session.delete(`/api/v1/projects/${project.id}?confirm=${project.slug}`), 409, "cannot_delete_last_project");
});

test("OnyxAuth: GET /api_keys?project_id=… filters", async () => {
	const { org, session } = await make();
	const extra = await org.project();
	const pinned = await org.key({ project: extra });
	await org.key();
	assert.deepEqual(expectStatus(await session.get(`/api/v1/api_keys?project_id=${extra.id}`), 200).data.map(({ id }) => id), [pinned.id]);
});

test("Projekt: mint with name and optional expiry, shown once, 20 active; revoke → next request 401", async () => {
	const { owner, session } = await make();
	const made = expectStatus(await session.post("/api/v1/api_keys", { kind: "personal", name: "Laptop", expires_at: fromNow(30 * DAY) }), 201);
	const client = new Client(server, { bearer: made.secret });
	expectStatus(await client.get("/api/v1/me"), 200);
	assert.ok(!(await session.get(`/api/v1/api_keys/${made.id}`)).text.includes(made.secret));
	for (let i = 0; i < 19; i++)
		await owner.token();
	expectError(await session.post("/api/v1/api_keys", { kind: "personal", name: "One more" }), 403, "plan_limit_reached");
	expectStatus(await session.delete(`/api/v1/api_keys/${made.id}`), 204);
	expectError(await client.get("/api/v1/me"), 401, "unauthorized");
});

test("Projekt: human's role of now; X-Auth-Token; X-Org-Id mismatch 403", async () => {
	const { org, session } = await make();
	const admin = await org.member("admin");
	const token = await admin.token();
	expectStatus(await token.get("/api/v1/audit_events"), 200);
	expectStatus(await session.patch(`/api/v1/members/${admin.memberId}`, { role: "viewer" }), 200);
	expectError(await token.get("/api/v1/audit_events"), 403, "forbidden");
	expectStatus(await new Client(server).get("/api/v1/me", { headers: { "X-Auth-Token": token.secret } }), 200);
	const other = await person(server);
	expectError(await token.get("/api/v1/projects", { headers: { "X-Org-Id": other.org.id } }), 403, "org_mismatch");
});

test("Projekt: /orgs, /me/orgs narrowed; create 403; /api_keys 403", async () => {
	const { owner } = await make();
	const other = await person(server);
	await owner.join(other.org, "owner");
	const token = await owner.token();
	for (const path of ["/api/v1/orgs", "/api/v1/me/orgs"])
		assert.deepEqual(expectStatus(await token.get(path), 200).data.map(({ id }) => id), [owner.org.id]);
	expectError(await token.post("/api/v1/orgs", { name: "n" }), 403, "credential_not_allowed");
	for (const send of [() => token.get("/api/v1/api_keys"), () => token.post("/api/v1/api_keys", { kind: "personal", name: "n" })])
		expectError(await send(), 403, "credential_not_allowed");
});

test("Projekt: 600 in 60 seconds, headers on every response; 10 mints an hour", async () => {
	const { org, session } = await make();
	const key = await org.key();
	for (const answer of [await key.get("/api/v1/projects"), await key.get("/api/v1/nonsense"), await new Client(server).get("/api/v1/projects")])
		for (const name of ["limit", "remaining", "reset"])
			assert.match(answer.headers[`x-ratelimit-${name}`] ?? "", /^\d+$/, `${answer.status} X-RateLimit-${name}`);
	assert.equal((await key.get("/api/v1/projects")).headers["x-ratelimit-limit"], "600");
	const minted = await session.post("/api/v1/api_keys", { kind: "service", name: "n" });
	expectStatus(minted, 201);
	assert.equal(minted.headers["x-ratelimit-limit"], "10");
});

test("Projekt: HSTS; HTTP redirected or refused, never answered", async () => {
	const { session } = await make();
	assert.match((await session.get("/api/v1/me")).headers["strict-transport-security"], /max-age=\d{8,}/);
	const status = await new Promise((resolve, reject) => http.get({ host: "127.0.0.1", port: server.port, path: "/dashboard/", headers: { Host: server.host } }, (response) => {
		response.resume();
		resolve(response.statusCode);
	}).on("error", reject));
	assert.ok([301, 308, 400, 403].includes(status), String(status));
});

test("CodeSpar: GET /projects?is_default=true by key; PATCH is_default:true promotes; false 422", async () => {
	const { org, project } = await make();
	const key = await org.key();
	const extra = await org.project();
	const defaults = async () => expectStatus(await key.get("/api/v1/projects?is_default=true"), 200).data.map(({ id }) => id);
	assert.deepEqual(await defaults(), [project.id]);
	expectStatus(await key.patch(`/api/v1/projects/${extra.id}`, { is_default: true }), 200);
	assert.deepEqual(await defaults(), [extra.id]);
	expectField(await key.patch(`/api/v1/projects/${extra.id}`, { is_default: false }), "is_default", "cannot_unset_default");
});

test("CodeSpar: slug rules, reserved default, conflict 409; environment immutable in API and SQL", async () => {
	const { session, org } = await make();
	expectError(await session.post("/api/v1/projects", { name: "n", slug: "default" }), 422, "slug_reserved");
	const made = expectStatus(await session.post("/api/v1/projects", { name: "n", slug: "my_shop-1" }), 201);
	expectError(await session.post("/api/v1/projects", { name: "n", slug: "my_shop-1" }), 409, "slug_conflict");
	expectField(await session.post("/api/v1/projects", { name: "n", slug: "No Good" }), "slug");
	expectField(await session.patch(`/api/v1/projects/${made.id}`, { environment: "test" }), "environment", "immutable");
	await assert.rejects(server.sql.run`UPDATE projects SET environment = 'test' WHERE id = ${made.id} AND org_id = ${org.id}`);
});

test("CodeSpar: pin > header > default; foreign id 404; live key on test project 401 naming both", async () => {
	const { org, project } = await make();
	const testing = await org.project({ environment: "test" });
	const key = await org.key();
	const projectOf = async (client, headers) => expectStatus(await client.get("/api/v1/whoami", { headers }), 200).project.id;
	assert.equal(await projectOf(key, {}), project.id);
	assert.equal(await projectOf(key, { "X-Project-Id": testing.id }), testing.id);
	assert.equal(await projectOf(await org.key({ project: testing }), { "X-Project-Id": project.id }), testing.id);
	const stranger = await person(server);
	expectError(await key.get("/api/v1/events", { headers: { "X-Project-Id": stranger.org.defaultProject.id } }), 404, "not_found");
	const error = expectError(await key.get("/api/v1/events", { headers: { "X-Project-Id": testing.id } }), 401, "unauthorized");
	assert.match(error.message, /live.*test/);
});

test("CodeSpar: cannot_delete_default, cannot_delete_last_project; cascade, no undo", async () => {
	const { org, session, project } = await make();
	expectError(await session.delete(`/api/v1/projects/${project.id}?confirm=default`), 409, "cannot_delete_last_project");
	const extra = await org.project();
	expectError(await session.delete(`/api/v1/projects/${project.id}?confirm=default`), 409, "cannot_delete_default");
	expectStatus(await session.delete(`/api/v1/projects/${extra.id}?confirm=${extra.slug}`), 204);
	expectError(await session.get(`/api/v1/projects/${extra.id}`), 404, "not_found");
});

test("CodeSpar: POST /projects/{id}/members {user_id, role: admin} by key; absent = inherits", async () => {
	const { org, project } = await make();
	const member = await org.member("viewer");
	const key = await org.key();
	const effective = async () => expectStatus(await key.get(`/api/v1/projects/${project.id}/members`), 200).data.find(({ user_id }) => user_id === member.id).role;
	assert.equal(await effective(), "viewer");
	expectStatus(await key.post(`/api/v1/projects/${project.id}/members`, { user_id: member.id, role: "admin" }), 201);
	assert.equal(await effective(), "admin");
});

test("CodeSpar: /audit_events per project", async () => {
	const { org, session, project } = await make();
	const extra = await org.project();
	expectStatus(await session.patch(`/api/v1/projects/${extra.id}`, { name: "x" }), 200);
	const seen = async (id) => expectStatus(await session.get("/api/v1/audit_events", { headers: { "X-Project-Id": id } }), 200).data.length;
	assert.equal(await seen(extra.id), 1);
	assert.equal(await seen(project.id), 0);
});

test("CodeSpar: the Live/Test pill changes no right: a person does the same in both environments", async () => {
	const { org, session } = await make();
	for (const environment of ["live", "test"]) {
		const project = await org.project({ environment });
		expectStatus(await session.patch(`/api/v1/projects/${project.id}`, { name: "x" }), 200);
		expectStatus(await session.get("/api/v1/events", { headers: { "X-Project-Id": project.id } }), 200);
		expectStatus(await session.get(`/api/v1/clients/${project.clientId}`, { headers: { "X-Project-Id": project.id } }), 200);
	}
});

// /api/v1/trusted_issuers: which there are, what each kind needs, and what is left of them.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, sharedServer, socialProvider } from "../../harness/index.mjs";
import { makeProject } from "../oauth/oauth.mjs";

const server = await sharedServer();
const AT = "/api/v1/trusted_issuers";
const IDP = "https://login.acme.example";
const KEYS = `${IDP}/keys`;

async function makeWorld(options = { type: "hybrid" }) {
	const project = await makeProject(server, options);
	const headers = { "X-Project-Id": project.id };
	const session = await project.owner.session({ headers });
	await socialProvider(project.owner, "oidc_acme", { enabled: true, client_id: "us", client_secret: "secret", issuer: IDP }, { headers });
	return {
		project, session, headers,
		people: { kind: "id_jag", issuer: IDP, jwks_uri: KEYS, provider: "oidc_acme", client_ids: [project.clientId] },
		workload: { kind: "workload", issuer: "https://cluster.example", jwks_uri: "https://cluster.example/jwks", subject: "system:serviceaccount:shop:agent", client_id: project.clientId },
	};
}

const rulesOf = (answer) => expectError(answer, 422, "validation_failed").details.fields.map(({ field, rule }) => `${field} ${rule}`).sort();

test("an issuer of either kind is trusted, shown, changed and forgotten, each on the record", async () => {
	const { project, session, people, workload } = await makeWorld();
	const first = expectStatus(await session.post(AT, { ...people, scopes: ["tool:read"] }), 201);
	const { id, created_at, updated_at, ...shown } = first;
	assert.match(id, /^tis_[a-z0-9]{16}$/);
	assert.equal(created_at, updated_at);
	assert.deepEqual(shown, { ...people, subject: null, client_id: null, scopes: ["tool:read"] });
	const second = expectStatus(await session.post(AT, workload), 201);
	assert.deepEqual([second.subject, second.client_id, second.provider, second.client_ids, second.scopes], [workload.subject, project.clientId, null, [], []]);
	assert.deepEqual(expectStatus(await session.get(AT), 200).data.map((one) => one.id), [second.id, id]);
	const got = await session.get(`${AT}/${id}`);
	assert.deepEqual(expectStatus(got, 200), first);
	const changed = await session.patch(`${AT}/${id}`, { scopes: [], jwks_uri: `${KEYS}/new` }, { headers: { "If-Match": got.headers.etag } });
	assert.deepEqual([expectStatus(changed, 200).scopes, changed.json.jwks_uri], [[], `${KEYS}/new`]);
	expectError(await session.patch(`${AT}/${id}`, { scopes: [] }, { headers: { "If-Match": got.headers.etag } }), 412, "precondition_failed");
	expectError(await session.delete(`${AT}/${id}`, { headers: { "If-Match": got.headers.etag } }), 412, "precondition_failed");
	expectStatus(await session.delete(`${AT}/${id}`, { headers: { "If-Match": changed.headers.etag } }), 204);
	expectError(await session.get(`${AT}/${id}`), 404, "not_found");
	const actions = await server.sql.query(`SELECT action FROM audit_events WHERE target_id = '${id}' ORDER BY id`);
	assert.deepEqual(actions.map(({ action }) => action), ["trusted_issuer.created", "trusted_issuer.updated", "trusted_issuer.deleted"]);
});

test("an issuer is trusted once, a workload once a subject", async () => {
	const { session, people, workload } = await makeWorld();
	expectStatus(await session.post(AT, people), 201);
	expectError(await session.post(AT, people), 409, "issuer_exists");
	expectStatus(await session.post(AT, workload), 201);
	expectError(await session.post(AT, workload), 409, "issuer_exists");
	expectStatus(await session.post(AT, { ...workload, subject: "another" }), 201);
	expectStatus(await session.post(AT, { ...workload, issuer: IDP }), 201);
});

test("each kind needs what it needs and nothing of the other, of this project alone", async () => {
	const { project, session, headers, people, workload } = await makeWorld();
	const other = await makeWorld();
	await socialProvider(project.owner, "oidc_off", { enabled: false, client_id: "us", client_secret: "secret", issuer: IDP }, { headers });
	await socialProvider(project.owner, "github", undefined, { headers });
	const bad = async (body) => rulesOf(await session.post(AT, JSON.parse(JSON.stringify(body))));
	assert.deepEqual(await bad({ ...people, provider: undefined, client_ids: [] }), ["client_ids required", "provider required"]);
	assert.deepEqual(await bad({ ...people, subject: "x", client_id: project.clientId }), ["client_id not_for_kind", "subject not_for_kind"]);
	assert.deepEqual(await bad({ ...workload, subject: undefined, client_id: undefined }), ["client_id required", "subject required"]);
	assert.deepEqual(await bad({ ...workload, provider: "oidc_acme", client_ids: [project.clientId] }), ["client_ids not_for_kind", "provider not_for_kind"]);
	assert.deepEqual(await bad({ ...people, client_ids: [project.clientId, other.project.clientId] }), ["client_ids[1] unknown"]);
	assert.deepEqual(await bad({ ...workload, client_id: other.project.clientId }), ["client_id unknown"]);
	for (const [provider, rule] of [["oidc_other", "unknown"], ["oidc_off", "off"], ["github", "issuer"]])
		assert.deepEqual(await bad({ ...people, provider }), [`provider ${rule}`]);
	assert.deepEqual(await bad({ ...people, issuer: `${IDP}/` }), ["provider issuer"]);
	for (const issuer of ["http://login.acme.example", "login.acme.example", "https://user@login.acme.example", "https://login.acme.example/#x"])
		assert.equal((await bad({ ...workload, issuer })).length, 1, issuer);
	assert.equal((await bad({ ...workload, jwks_uri: "http://cluster.example/jwks" })).length, 1);
	assert.equal((await bad({ ...workload, scopes: ["a b"] })).length, 1);
	const made = expectStatus(await session.post(AT, people), 201);
	for (const name of ["kind", "issuer", "provider"])
		assert.deepEqual(rulesOf(await session.patch(`${AT}/${made.id}`, { [name]: people[name] })), [`${name} immutable`]);
	assert.deepEqual(rulesOf(await session.patch(`${AT}/${made.id}`, { client_ids: [] })), ["client_ids required"]);
	assert.deepEqual(rulesOf(await session.patch(`${AT}/${made.id}`, { client_ids: [other.project.clientId] })), ["client_ids[0] unknown"]);
});

test("a project of type web takes none", async () => {
	const { session, workload } = await makeWorld({ type: "web" });
	assert.deepEqual(rulesOf(await session.post(AT, workload)), ["kind not_for_type"]);
	const hybrid = await makeWorld();
	expectStatus(await hybrid.session.post(AT, hybrid.workload), 201);
});

test("it goes with the client it is, and with the provider it speaks for", async () => {
	const { session, people, workload } = await makeWorld();
	const client = expectStatus(await session.post("/api/v1/clients", { name: "Agent", type: "agent" }), 201);
	expectStatus(await session.post(AT, people), 201);
	expectStatus(await session.post(AT, { ...workload, client_id: client.id }), 201);
	expectStatus(await session.delete(`/api/v1/clients/${client.id}`), 204);
	assert.deepEqual(expectStatus(await session.get(AT), 200).data.map(({ kind }) => kind), ["id_jag"]);
	expectStatus(await session.delete("/api/v1/social_providers/oidc_acme"), 204);
	assert.deepEqual(expectStatus(await session.get(AT), 200).data, []);
});

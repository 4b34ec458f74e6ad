// Resource servers: identifiers, scopes, defaults, and two who change one at once (oauth.md section 3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectError, expectField, expectStatus, person, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/resource_servers";
const API = "https://api.example.com/v1";

async function make(project = {}) {
	const owner = await person(server);
	const made = await owner.org.project(project);
	return { owner, project: made, session: await owner.session({ headers: { "X-Project-Id": made.id } }) };
}

test("one that says only its identifier and name has the defaults; a hybrid project lets third parties in", async () => {
	const { session } = await make();
	const { id, created_at, updated_at, ...rest } = expectStatus(await session.post(AT, { identifier: API, name: "API" }), 201);
	assert.match(id, /^rsv_[a-z0-9]{16}$/);
	assert.equal(created_at, updated_at);
	assert.deepEqual(rest, {
		identifier: API, name: "API", scopes: [], token_claims: ["email", "plan", "role", "features", "custom_claims", "workspace"],
		access_token_ttl_s: 3600, signing_alg: "ES256", allow_third_party: false, is_active: true,
	});
	const hybrid = await make({ type: "hybrid" });
	assert.equal(expectStatus(await hybrid.session.post(AT, { identifier: API, name: "API" }), 201).allow_third_party, true);
	assert.equal(expectStatus(await hybrid.session.post(AT, { identifier: "urn:example:two", name: "API", allow_third_party: false }), 201).allow_third_party, false);
});

test("everything is kept as it was said, each member changes alone, scopes are replaced whole", async () => {
	const { session } = await make();
	const scopes = [{ name: "orders:read", description: "See your orders", plans: [] }, { name: "orders:write", description: "", plans: ["pro", "team"] }];
	const said = { name: "Orders", scopes, token_claims: ["email"], access_token_ttl_s: 300, signing_alg: "EdDSA", allow_third_party: true, is_active: false };
	const made = expectStatus(await session.post(AT, { identifier: "urn:example:orders", ...said, scopes: [{ ...scopes[1], description: undefined }, scopes[0]] }), 201);
	for (const [name, value] of Object.entries(said))
		assert.deepEqual(made[name], value, name);
	const at = `${AT}/${made.id}`;
	const { updated_at: _, ...same } = made;
	for (const [name, value] of Object.entries({ name: "Renamed", token_claims: [], access_token_ttl_s: 86400, signing_alg: "RS256", allow_third_party: false, is_active: true, scopes: [] })) {
		const { updated_at, ...after } = expectStatus(await session.patch(at, { [name]: value }), 200);
		assert.deepEqual(after, Object.assign(same, { [name]: value }), name);
	}
	assert.deepEqual(expectStatus(await session.get(at), 200).scopes, []);
});

test("what no identifier or scope may be is a 422 that names it; its neighbour passes", async () => {
	const { session } = await make();
	for (const identifier of ["http://api.example.com", "https://", "https://api.example.com/#x", "https://u@api.example.com/", "/api", "urn:", "urn:x:y", "urn:example", "urn:example:", "urn:example:a#b", "urn:exa mple:a", `https://api.example.com/${"x".repeat(240)}`, ""])
		expectField(await session.post(AT, { identifier, name: "API" }), "identifier");
	const post = (scopes) => session.post(AT, { identifier: "urn:example-1:a/b", name: "API", scopes });
	expectField(await post([{ name: "a b" }]), "scopes[0].name", "characters");
	expectField(await post([{ name: "a" }, { name: "" }]), "scopes[1].name");
	expectField(await post([{ name: "email2" }, { name: "email" }]), "scopes[1].name", "reserved");
	expectField(await post([{ name: "x".repeat(65) }]), "scopes[0].name");
	expectField(await post([{ description: "no name" }]), "scopes[0].name", "required");
	expectField(await post([{ name: "a", more: 1 }]), "scopes[0].more", "unknown");
	expectField(await post([{ name: "a", description: "x".repeat(256) }]), "scopes[0].description");
	expectField(await post([{ name: "a", plans: ["No Plan"] }]), "scopes[0].plans[0]");
	expectField(await post(["a"]), "scopes[0]", "type");
	expectField(await post("a"), "scopes", "type");
	expectField(await post(Array.from({ length: 101 }, (_, i) => ({ name: `s${i}` }))), "scopes", "count");
	expectField(await post([{ name: "a" }, { name: "b" }, { name: "a" }]), "scopes[2].name", "duplicate");
	for (const [field, value] of Object.entries({ access_token_ttl_s: 299, signing_alg: "HS256" }))
		expectField(await session.post(AT, { identifier: API, name: "API", [field]: value }), field);
	expectField(await session.post(AT, { identifier: API, name: "API", token_claims: ["email", "password"] }), "token_claims[1]");
	const made = expectStatus(await post(Array.from({ length: 100 }, (_, i) => ({ name: `${"x".repeat(60)}.${i}` }))), 201);
	assert.equal(made.scopes.length, 100);
	expectField(await session.patch(`${AT}/${made.id}`, { identifier: API }), "identifier", "immutable");
});

test("an identifier is registered once in a project, also by twenty at once; another project has its own", async () => {
	const { session } = await make();
	assert.deepEqual(tally(await atOnce(20, () => session.post(AT, { identifier: API, name: "API" }))), { 201: 1, 409: 19 });
	expectError(await session.post(AT, { identifier: API, name: "API" }), 409, "identifier_exists");
	expectError(await session.post(AT, { identifier: `${server.authUrl}/api`, name: "Ours" }), 409, "identifier_exists");
	expectStatus(await (await make()).session.post(AT, { identifier: API, name: "API" }), 201);
});

test("of twenty who replace the scopes at once the last one's stay whole; a stale If-Match is 412", async () => {
	const { session } = await make();
	const made = expectStatus(await session.post(AT, { identifier: API, name: "API" }), 201);
	const answers = await atOnce(20, (i) => session.patch(`${AT}/${made.id}`, { scopes: ["a", "b", "c"].map((name) => ({ name: `${name}${i}` })) }));
	assert.deepEqual(tally(answers), { 200: 20 });
	const got = await session.get(`${AT}/${made.id}`);
	const names = expectStatus(got, 200).scopes.map(({ name }) => name);
	assert.equal(names.length, 3);
	assert.equal(new Set(names.map((name) => name.slice(1))).size, 1, names.join(" "));
	expectStatus(await session.patch(`${AT}/${made.id}`, { name: "New" }, { headers: { "If-Match": got.headers.etag } }), 200);
	expectError(await session.patch(`${AT}/${made.id}`, { name: "Newer" }, { headers: { "If-Match": got.headers.etag } }), 412, "precondition_failed");
	expectError(await session.delete(`${AT}/${made.id}`, { headers: { "If-Match": got.headers.etag } }), 412, "precondition_failed");
	const now = await session.get(`${AT}/${made.id}`);
	expectStatus(await session.delete(`${AT}/${made.id}`, { headers: { "If-Match": now.headers.etag } }), 204);
});

test("each change is recorded; one that is deleted is gone with its scopes", async () => {
	const { session, project } = await make();
	const made = expectStatus(await session.post(AT, { identifier: API, name: "API", scopes: [{ name: "a" }] }), 201);
	expectStatus(await session.patch(`${AT}/${made.id}`, { name: "Two" }), 200);
	expectStatus(await session.delete(`${AT}/${made.id}`), 204);
	expectError(await session.get(`${AT}/${made.id}`), 404, "not_found");
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM resource_server_scopes WHERE project_id = ${project.id}`), 0);
	const rows = await server.sql.rows`SELECT action, changes FROM audit_events WHERE project_id = ${project.id} AND target_id = ${made.id} ORDER BY id`;
	assert.deepEqual(rows.map(({ action }) => action), ["resource_server.created", "resource_server.updated", "resource_server.deleted"]);
	assert.deepEqual(JSON.parse(rows[1].changes), { name: ["API", "Two"] });
});

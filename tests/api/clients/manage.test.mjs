// Clients of a project: registered, listed, changed and removed; what fits their type, and what nobody may say.

import assert from "node:assert/strict";
import crypto from "node:crypto";
import { test } from "node:test";
import { atOnce, client, copyClient, expectError, expectField, expectStatus, makeId, person, sharedServer } from "../../harness/index.mjs";
import { sql } from "../../harness/sql.mjs";
import { basic, program, send } from "../oauth/oauth.mjs";

const server = await sharedServer();
const AT = "/api/v1/clients";
const SHOP = "https://shop.example.com/callback";

async function make(options) {
	const owner = await person(server);
	const project = options ? await owner.org.project(options) : owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const add = async (body = {}) => expectStatus(await session.post(AT, { name: "Shop", ...body }), 201);
	return { owner, org: owner.org, project, session, add };
}

const trace = (project, action) => server.sql.rows`SELECT target_id, changes FROM audit_events WHERE chain_id = ${project.id} AND action = ${action} ORDER BY id`;
const eventsOf = (project, type) => server.sql.query(sql`SELECT CONVERT(data USING utf8mb4) AS data FROM events WHERE project_id = ${project.id} AND type = ${type}`);

const DEFAULTS = {
	type: "web", source: "dashboard", first_party: true, redirect_uris: [], post_logout_redirect_uris: [], origins: [], auth_methods: null,
	grant_types: ["authorization_code", "refresh_token"], scopes: [], token_endpoint_auth_method: "client_secret_basic", jwks: null, jwks_uri: null,
	require_pkce: true, require_par: false, dpop_bound: false, direct_flow: false, access_token_ttl_s: 3600, refresh_token_idle_s: 2592000,
	refresh_token_max_s: 31536000, refresh_reuse_grace_s: 0, id_token_alg: "RS256", id_jag_targets: [],
	token_claims: ["email", "plan", "role", "features", "custom_claims", "workspace"], backchannel_logout_uri: null, logo_uri: null, logo_url: null, client_uri: null,
	tos_uri: null, policy_uri: null, is_active: true, last_used_at: null,
};

test("POST makes a client with the contract's defaults and shows its secret once", async () => {
	const { session, project } = await make();
	const answer = await session.post(AT, { name: "Shop" });
	const { id, name, audiences, secrets, client_secret, created_at, updated_at, ...rest } = expectStatus(answer, 201);
	assert.match(id, /^cli_[a-z0-9]{16}$/);
	assert.deepEqual(audiences, [id], "for itself, when nothing else is said");
	assert.deepEqual(rest, DEFAULTS);
	assert.match(client_secret, /^sec_[A-Za-z0-9]{38}$/);
	assert.equal(secrets[0].last4, client_secret.slice(-4));
	assert.ok(name === "Shop" && created_at === updated_at && answer.headers["cache-control"].includes("no-store"));
	const later = await session.get(`${AT}/${id}`);
	assert.ok(!later.text.includes(client_secret) && !("client_secret" in expectStatus(later, 200)));
	const [row] = await trace(project, "client.created");
	assert.ok(row.target_id === id && !row.changes.includes(client_secret) && JSON.parse(row.changes).name[1] === "Shop");
	const events = await eventsOf(project, "client.created");
	assert.ok(events.length === 1 && !events[0].data.includes(client_secret));
});

test("each type has its own way to prove itself and its own grants; the project's type decides which there are", async () => {
	const { add } = await make({ type: "hybrid" });
	const own = async (type) => {
		const made = await add({ type });
		return [made.token_endpoint_auth_method, made.grant_types, "client_secret" in made];
	};
	for (const type of ["spa", "mobile", "desktop"])
		assert.deepEqual(await own(type), ["none", ["authorization_code", "refresh_token"], false]);
	for (const type of ["service", "agent"])
		assert.deepEqual(await own(type), ["client_secret_basic", ["client_credentials"], true]);
	const { session } = await make();
	for (const type of ["service", "agent"])
		expectField(await session.post(AT, { name: "Robot", type }), "type", "no_grant");
	expectField(await session.post(AT, { name: "Robot", grant_types: ["client_credentials"] }), "grant_types[0]", "not_in_project");
	expectField(await session.post(AT, { name: "Robot", grant_types: ["refresh_token"] }), "grant_types", "no_grant");
	expectStatus(await session.post(AT, { name: "Robot", grant_types: ["authorization_code"] }), 201);
});

test("what doesn't fit the type is 422 with its name, what fits is taken", async () => {
	const { session, add } = await make({ type: "hybrid" });
	const refused = async (body, field, rule) => expectField(await session.post(AT, { name: "x", ...body }), field, rule);
	await refused({ type: "spa", token_endpoint_auth_method: "client_secret_basic" }, "token_endpoint_auth_method", "not_for_type");
	await refused({ type: "agent", token_endpoint_auth_method: "none" }, "token_endpoint_auth_method", "not_for_type");
	await refused({ type: "service", redirect_uris: [SHOP] }, "redirect_uris", "not_for_type");
	await refused({ type: "service", post_logout_redirect_uris: [SHOP] }, "post_logout_redirect_uris", "not_for_type");
	await refused({ type: "spa", require_pkce: false }, "require_pkce", "public_client");
	await refused({ type: "spa", grant_types: ["client_credentials"] }, "grant_types[0]", "public_client");
	await refused({ type: "web", redirect_uris: ["com.example.app:/cb"] }, "redirect_uris[0]");
	await add({ type: "agent", redirect_uris: [SHOP] });
	await add({ type: "web", token_endpoint_auth_method: "none" });
	await add({ type: "web", require_pkce: false });
	for (const type of ["mobile", "desktop"])
		await add({ type, redirect_uris: ["com.example.app:/cb", SHOP] });
});

test("O-2 the grammar of every URI, audience and origin", async () => {
	const { session, add } = await make();
	const bad = ["http://shop.example.com/", "https://*.example.com/", `${SHOP}#x`, "https://u@shop.example.com/", "https://shop.example.com/\\x", "javascript:x"];
	for (const field of ["redirect_uris", "post_logout_redirect_uris"])
		for (const uri of bad)
			expectField(await session.post(AT, { name: "x", [field]: [SHOP, uri] }), `${field}[1]`);
	for (const origin of ["https://shop.example.com/path", "http://shop.example.com", "shop.example.com"])
		expectField(await session.post(AT, { name: "x", origins: [origin] }), "origins[0]");
	for (const audience of ["api", "http://api.example.com", "https://api.example.com/#x", "urn:", "proj_000000000000000000000000"])
		expectField(await session.post(AT, { name: "x", audiences: [audience] }), "audiences[0]", "uri");
	expectField(await session.post(AT, { name: "x", redirect_uris: [SHOP, SHOP] }), "redirect_uris[1]", "duplicate");
	expectField(await session.post(AT, { name: "x", redirect_uris: Array.from({ length: 51 }, (_, i) => `${SHOP}/${i}`) }), "redirect_uris");
	const good = { redirect_uris: ["http://127.0.0.1/cb", "http://[::1]/cb", "http://localhost:3000/cb", SHOP], post_logout_redirect_uris: ["https://shop.example.com/bye"],
		origins: ["http://localhost:5173", "https://shop.example.com"], audiences: ["https://api.example.com/v1", "urn:example:api"] };
	const made = await add(good);
	for (const [field, uris] of Object.entries(good))
		assert.deepEqual([...made[field]].sort(), [...uris].sort());
	assert.equal(made.audiences[0], "https://api.example.com/v1", "the first is the default, so their order stays");
	expectStatus(await session.patch(`${AT}/${made.id}`, { audiences: [made.id, "urn:example:api"] }), 200);
});

test("limits: one beyond is 422 and named, the limit itself is taken; refresh_token_max_s is at least the idle life", async () => {
	const { session, add } = await make();
	const { id } = await add();
	const patch = (body) => session.patch(`${AT}/${id}`, body);
	for (const [field, low, high] of [["access_token_ttl_s", 300, 86400], ["refresh_token_max_s", 2592000, 31536000], ["refresh_token_idle_s", 3600, 2592000], ["refresh_reuse_grace_s", 0, 30]]) {
		expectField(await patch({ [field]: (field === "refresh_token_max_s" ? 3600 : low) - 1 }), field, "range");
		expectField(await patch({ [field]: (field === "refresh_token_idle_s" ? 31536000 : high) + 1 }), field, "range");
		for (const good of [low, high])
			assert.equal(expectStatus(await patch({ [field]: good }), 200)[field], good);
	}
	expectField(await patch({ refresh_token_max_s: 3600, refresh_token_idle_s: 3601 }), "refresh_token_max_s", "range");
	expectStatus(await patch({ refresh_token_max_s: 3600, refresh_token_idle_s: 3600 }), 200);
	for (const name of ["", "x".repeat(121)])
		expectField(await patch({ name }), "name", "length");
	expectField(await patch({ type: "spa" }), "type", "immutable");
	expectField(await patch({ scopes: ["a b"] }), "scopes[0]");
	expectField(await patch({ scopes: Array.from({ length: 101 }, (_, i) => `s${i}`) }), "scopes");
	expectField(await patch({ token_claims: ["shoe_size"] }), "token_claims[0]");
	expectField(await patch({ auth_methods: [] }), "auth_methods");
	for (const field of ["logo_uri", "client_uri", "tos_uri", "policy_uri", "backchannel_logout_uri"]) {
		expectField(await patch({ [field]: "http://shop.example.com/x" }), field);
		assert.equal(expectStatus(await patch({ [field]: "https://shop.example.com/x" }), 200)[field], "https://shop.example.com/x");
		assert.equal(expectStatus(await patch({ [field]: null }), 200)[field], null);
	}
	const all = { name: "n".repeat(120), first_party: false, scopes: ["tool:read", "a.b/c-d_e"], token_claims: [], id_token_alg: "EdDSA", require_par: true, dpop_bound: true, direct_flow: true };
	const changed = expectStatus(await patch(all), 200);
	for (const [field, value] of Object.entries(all))
		assert.deepEqual(changed[field], value);
});

test("jwks: one to ten public keys; a private or symmetric one, a weak one, nonsense: 422; keys or their address, not both", async () => {
	const { session, add } = await make();
	const { id } = await add();
	const patch = (body) => session.patch(`${AT}/${id}`, body);
	const pair = (type, options) => crypto.generateKeyPairSync(type, options);
	const jwk = (key) => key.export({ format: "jwk" });
	const rsa = pair("rsa", { modulusLength: 2048 }), ec = pair("ec", { namedCurve: "prime256v1" }), ed = pair("ed25519");
	const good = [rsa, ec, ed].map(({ publicKey }) => jwk(publicKey));
	assert.deepEqual(expectStatus(await patch({ jwks: { keys: good } }), 200).jwks, { keys: good });
	const bad = [jwk(rsa.privateKey), jwk(ec.privateKey), jwk(ed.privateKey), { kty: "oct", k: "c2VjcmV0" }, { kty: "RSA", n: "AQAB", e: "AQAB" }, {}, "key",
		jwk(pair("rsa", { modulusLength: 1024 }).publicKey), jwk(pair("ec", { namedCurve: "P-384" }).publicKey), { ...good[1], k: "x" }];
	for (const key of bad)
		expectField(await patch({ jwks: { keys: [good[0], key] } }), "jwks.keys[1]", "public_key");
	for (const jwks of [{ keys: [] }, {}, { keys: Array(11).fill(good[1]) }])
		expectField(await patch({ jwks }), "jwks", "count");
	expectField(await patch({ jwks: [good[0]] }), "jwks");
	expectField(await patch({ jwks_uri: "https://shop.example.com/keys" }), "jwks_uri", "exclusive");
	const moved = expectStatus(await patch({ jwks: null, jwks_uri: "https://shop.example.com/keys" }), 200);
	assert.deepEqual([moved.jwks, moved.jwks_uri], [null, "https://shop.example.com/keys"]);
});

test("id_jag_targets: at most twenty pairs of https addresses", async () => {
	const { session, add } = await make();
	const { id } = await add();
	const target = { audience: "https://as.example.com/", resource: "https://api.example.com/" };
	const patch = (id_jag_targets) => session.patch(`${AT}/${id}`, { id_jag_targets });
	assert.deepEqual(expectStatus(await patch(Array(20).fill(target)), 200).id_jag_targets.length, 20);
	expectField(await patch(Array(21).fill(target)), "id_jag_targets", "count");
	for (const bad of [{ audience: target.audience }, { ...target, more: "x" }, { ...target, resource: "api" }, "x"])
		expectField(await patch([target, bad]), "id_jag_targets[1]", "pattern");
	expectField(await patch({}), "id_jag_targets");
});

test("auth_methods narrow the project's: at least one has to be on there; null inherits again", async () => {
	const { session, add } = await make();
	const { id } = await add({ auth_methods: ["password", "magic_link"] });
	expectField(await session.patch(`${AT}/${id}`, { auth_methods: ["social"] }), "auth_methods", "off");
	expectField(await session.patch(`${AT}/${id}`, { auth_methods: ["fax"] }), "auth_methods[0]");
	assert.deepEqual(expectStatus(await session.get(`${AT}/${id}`), 200).auth_methods, ["password", "magic_link"]);
	assert.equal(expectStatus(await session.patch(`${AT}/${id}`, { auth_methods: null }), 200).auth_methods, null);
});

test("rule 3 once there is a redirect URI, PATCH can't take the last one away; one that never had any stays without", async () => {
	const { session, add } = await make();
	const { id } = await add();
	expectStatus(await session.patch(`${AT}/${id}`, { redirect_uris: [], name: "None" }), 200);
	assert.deepEqual(expectStatus(await session.patch(`${AT}/${id}`, { redirect_uris: [SHOP] }), 200).redirect_uris, [SHOP]);
	expectError(await session.patch(`${AT}/${id}`, { redirect_uris: [] }), 409, "last_redirect_uri");
	assert.deepEqual(expectStatus(await session.patch(`${AT}/${id}`, { redirect_uris: ["http://localhost/cb"] }), 200).redirect_uris, ["http://localhost/cb"]);
});

test("redirect URIs one by one follow the client's type", async () => {
	const { session, add } = await make({ type: "hybrid" });
	const post = (id, uri) => session.post(`${AT}/${id}/redirect_uris`, { uri });
	expectStatus(await post((await add({ type: "mobile" })).id, "com.example.app:/cb"), 201);
	expectField(await post((await add()).id, "com.example.app:/cb"), "uri");
	expectField(await post((await add({ type: "service" })).id, SHOP), "uri", "not_for_type");
});

test("a client that stops proving itself by a secret loses it; one that begins to has to make one", async () => {
	const { session, add } = await make();
	const { id } = await add();
	const method = async (token_endpoint_auth_method) => expectStatus(await session.patch(`${AT}/${id}`, { token_endpoint_auth_method }), 200).secrets.length;
	assert.equal(await method("client_secret_post"), 1, "basic and post are one");
	assert.equal(await method("none"), 0);
	expectError(await session.post(`${AT}/${id}/rotate_secret`, {}), 409, "client_is_public");
	assert.equal(await method("client_secret_basic"), 0);
	assert.match(expectStatus(await session.post(`${AT}/${id}/rotate_secret`, {}), 200).client_secret, /^sec_/);
	expectField(await session.patch(`${AT}/${id}`, { token_endpoint_auth_method: "private_key_jwt" }), "jwks", "required");
});

test("T-30 programs change a client but not how it proves itself, make none and remove none", async () => {
	const { owner, org, project, session, add } = await make();
	const { id } = await add();
	const at = `${AT}/${id}`;
	for (const program of [await owner.token(), await org.key()]) {
		const here = program.with({ headers: { "X-Project-Id": project.id } });
		for (const body of [{ jwks: null }, { jwks_uri: null }, { token_endpoint_auth_method: "none" }, { name: "x", jwks_uri: null }])
			expectError(await here.patch(at, body), 403, "credential_not_allowed");
		expectStatus(await here.patch(at, { name: "By a program" }), 200);
		expectError(await here.post(AT, { name: "x" }), 403, "credential_not_allowed");
		expectError(await here.delete(at), 403, "credential_not_allowed");
	}
	expectStatus(await session.patch(at, { jwks_uri: null }), 200);
});

test("GET lists the default client first, then the newest; type, source and q narrow it; secrets aren't in it", async () => {
	const { session, project, add } = await make();
	const shop = await add({ name: "Web shop", logo_uri: "https://shop.example.com/logo.png" });
	const app = await add({ name: "Shop app 100%", type: "mobile" });
	const ids = async (query) => expectStatus(await session.get(`${AT}${query}`), 200).data.map(({ id }) => id);
	assert.deepEqual(await ids(""), [project.clientId, app.id, shop.id]);
	assert.deepEqual(await ids("?type=mobile"), [app.id]);
	assert.deepEqual(await ids("?source=dcr"), []);
	assert.deepEqual(await ids("?source=dashboard&q=shop"), [app.id, shop.id]);
	assert.deepEqual(await ids("?q=100%25"), [app.id]);
	assert.deepEqual(await ids(`?q=${shop.id}`), [shop.id]);
	assert.deepEqual(await ids(`?q=${project.clientId}`), [project.clientId]);
	assert.deepEqual(await ids("?q=nothing"), []);
	const page = expectStatus(await session.get(`${AT}?limit=2&include_total=true`), 200);
	assert.deepEqual([page.total, page.data.length], [3, 2]);
	assert.deepEqual(await ids(`?limit=2&cursor=${page.next_cursor}`), [shop.id]);
	assert.ok(page.data.every((one) => !("secrets" in one)));
	for (const bad of ["?type=car", "?source=moon", "?q="])
		assert.equal((await session.get(`${AT}${bad}`)).status, 422);
});

test("ETag and If-Match: stale is 412 on PATCH and DELETE; of many changes at once with one ETag one wins", async () => {
	const { owner, session, project, add } = await make();
	const { id } = await add();
	const first = (await session.get(`${AT}/${id}`)).headers.etag;
	expectStatus(await session.patch(`${AT}/${id}`, { name: "Two" }, { headers: { "If-Match": first } }), 200);
	expectError(await session.patch(`${AT}/${id}`, { name: "Three" }, { headers: { "If-Match": first } }), 412, "precondition_failed");
	expectError(await session.delete(`${AT}/${id}`, { headers: { "If-Match": first } }), 412, "precondition_failed");
	const now = (await session.get(`${AT}/${id}`)).headers.etag;
	const sessions = await atOnce(4, () => owner.session({ headers: { "X-Project-Id": project.id } }));
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one, i) => one.patch(`${AT}/${id}`, { name: `At once ${i}` }, { headers: { "If-Match": now } })));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 412, 412, 412]);
	const last = (await session.get(`${AT}/${id}`)).headers.etag;
	expectStatus(await session.delete(`${AT}/${id}`, { headers: { "If-Match": last } }), 204);
});

test("the audit log calls the client by its own name, whatever is done to its secret and addresses", async () => {
	const { session, add } = await make();
	const { id } = await add({ name: "Till", redirect_uris: [SHOP] });
	const uri = "https://till.example.com/cb";
	expectStatus(await session.post(`${AT}/${id}/rotate_secret`, {}), 200);
	expectStatus(await session.post(`${AT}/${id}/redirect_uris`, { uri }), 201);
	expectStatus(await session.delete(`${AT}/${id}/redirect_uris?uri=${encodeURIComponent(uri)}`), 204);
	const rows = await server.sql.rows`SELECT action, target_label FROM audit_events WHERE target_id = ${id} ORDER BY id`;
	assert.deepEqual(rows.map(({ action, target_label }) => [action, target_label]), [["client.created", "Till"], ["client.secret_rotated", "Till"],
		["client.updated", "Till"], ["client.updated", "Till"]]);
});

test("PATCH leaves what isn't named, and writes both sides into the audit log", async () => {
	const { session, project, add } = await make();
	const made = await add({ scopes: ["a"], redirect_uris: [SHOP], origins: ["https://shop.example.com"] });
	const after = expectStatus(await session.patch(`${AT}/${made.id}`, { name: "Renamed", scopes: ["a", "b"] }), 200);
	const { client_secret, ...before } = made;
	assert.deepEqual({ ...after, updated_at: before.updated_at }, { ...before, name: "Renamed", scopes: ["a", "b"] });
	const [row] = await trace(project, "client.updated");
	assert.deepEqual(JSON.parse(row.changes), { name: ["Shop", "Renamed"], scopes: [["a"], ["a", "b"]] });
	assert.equal((await eventsOf(project, "client.updated")).length, 1);
});

test("DELETE removes the client with its URIs and secrets; the default one stays: 409 cannot_delete_default_client", async () => {
	const { session, project, add } = await make();
	expectError(await session.delete(`${AT}/${project.clientId}`), 409, "cannot_delete_default_client");
	const { id } = await add({ redirect_uris: [SHOP] });
	expectStatus(await session.delete(`${AT}/${id}`), 204);
	expectError(await session.get(`${AT}/${id}`), 404, "not_found");
	expectError(await session.delete(`${AT}/${id}`), 404, "not_found");
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM client_uris WHERE client_id = ${id}`), 0);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM client_secrets WHERE client_id = ${id}`), 0);
	const [row] = await trace(project, "client.deleted");
	assert.ok(row.target_id === id && JSON.parse(row.changes).name[0] === "Shop");
});

test("a deleted client proves nothing any more, and nobody signs in by it", async () => {
	const { session, project, add } = await make({ type: "hybrid" });
	const { id, client_secret } = await add({ type: "service" });
	const ask = (endpoint, form) => send(server, { at: (path) => `/p/${project.clientId}${path}` }, endpoint, form, { headers: basic(id, client_secret) });
	const token = expectStatus(await ask("token", { grant_type: "client_credentials" }), 200).access_token;
	assert.equal(expectStatus(await ask("introspect", { token }), 200).active, true);
	const page = () => program(server).get(`/api/v1/public/sign_in_config?client_id=${id}`);
	expectStatus(await page(), 200);
	expectStatus(await session.delete(`${AT}/${id}`), 204);
	assert.equal((await ask("token", { grant_type: "client_credentials" })).status, 401);
	assert.equal((await ask("introspect", { token })).status, 401);
	assert.equal((await page()).status, 404);
});

test("a hundred clients from the dashboard and no more, also when they come at once: 403 plan_limit_reached", async () => {
	const { owner, session, project } = await make();
	for (let i = 0; i < 97; i++)
		await copyClient(project.clientId, makeId("cli"), { server });
	const sessions = await atOnce(6, () => owner.session({ headers: { "X-Project-Id": project.id } }));
	await Promise.all(sessions.map((one) => one.csrf()));
	const answers = await Promise.all(sessions.map((one, i) => one.post(AT, { name: `At once ${i}` })));
	assert.deepEqual(answers.map(({ status }) => status).sort(), [201, 201, 403, 403, 403, 403]);
	expectError(answers.find(({ status }) => status === 403), 403, "plan_limit_reached");
	const made = answers.find(({ status }) => status === 201).json;
	expectStatus(await session.delete(`${AT}/${made.id}`), 204);
	expectStatus(await session.post(AT, { name: "In its place" }), 201);
});

test("TN-02 one project's clients are nothing to another's, also of the same organization", async () => {
	const { owner, org, session, project } = await make();
	const made = await client(owner);
	const other = await org.project();
	const there = await owner.session({ headers: { "X-Project-Id": other.id } });
	for (const act of [(s) => s.get(`${AT}/${made.id}`), (s) => s.patch(`${AT}/${made.id}`, { name: "x" }), (s) => s.delete(`${AT}/${made.id}`), (s) => s.post(`${AT}/${made.id}/rotate_secret`, {}),
		(s) => s.post(`${AT}/${made.id}/redirect_uris`, { uri: SHOP })])
		expectError(await act(there), 404, "not_found");
	assert.ok(!(await there.get(AT)).text.includes(made.id));
	assert.ok((await session.get(AT)).text.includes(made.id));
	assert.notEqual(other.id, project.id);
	expectStatus(await session.patch(`${AT}/${made.id}`, { name: "Still here" }), 200);
});

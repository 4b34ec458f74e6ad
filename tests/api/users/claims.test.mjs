// What an app's backend has tokens say of its users: GET and PATCH /users/{id}/claims, POST /claims (licensing.md rules 20 and 21).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectField, expectStatus, makeEmail, person, sharedServer, user } from "../../harness/index.mjs";
import { basic, makeProject } from "../oauth/oauth.mjs";

const server = await sharedServer();
const AT = "/api/v1/claims";

async function make(role = "owner") {
	const owner = await person(server);
	const project = await owner.org.project();
	const headers = { headers: { "X-Project-Id": project.id } };
	const session = await owner.session(headers);
	const who = await user(project, { server });
	const at = `/api/v1/users/${who.id}/claims`;
	return { owner, project, session, who, at, headers, patch: (claims) => session.patch(at, { claims }), read: async () => expectStatus(await session.get(at), 200).claims };
}

const recorded = async (project) => Number(await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${project.id} AND type = 'claim.updated'`);

test("rule 20: claims merge by their names, null removes one, and each change is recorded once", async () => {
	const { patch, read, who, project, session, at } = await make();
	assert.deepEqual(await read(), {});
	const all = { tier: "gold", seats: 5, ratio: 0.25, big: 9007199254740991, beta: true, role: "editor", groups: ["a", "ü"], none: [] };
	assert.deepEqual(expectStatus(await patch(all), 200), { user_id: who.id, claims: all });
	assert.deepEqual(await read(), all);
	assert.equal(await recorded(project), 1);
	const { seats: _, ...rest } = { ...all, tier: "silver" };
	assert.deepEqual(expectStatus(await patch({ tier: "silver", seats: null, never: null }), 200).claims, rest);
	assert.equal(await recorded(project), 2);
	assert.deepEqual(expectStatus(await patch({ tier: "silver", never: null }), 200).claims, rest);
	assert.deepEqual(expectStatus(await patch({}), 200).claims, rest);
	assert.equal(await recorded(project), 2, "what is so already is no change");
	const data = JSON.parse(await server.sql.value`SELECT data FROM events WHERE project_id = ${project.id} AND type = 'claim.updated' ORDER BY id DESC LIMIT 1`);
	assert.deepEqual(data, { user_id: who.id, claims: rest });
	expectField(await session.patch(at, { claims: [] }), "claims", "type");
	expectField(await session.patch(at, { claims: null }), "claims");
	expectField(await session.patch(at, { tier: "gold" }), "tier", "unknown");
});

test("rule 20: what no claim may be is a 422 that names it, and nothing changes", async () => {
	const { patch, read } = await make();
	expectStatus(await patch({ keep: 1 }), 200);
	for (const [name, value, rule] of [["Tier", 1, "pattern"], ["2nd", 1, "pattern"], ["a-b", 1, "pattern"], ["x".repeat(65), 1, "pattern"], ["a", {}, "type"], ["a", [1], "type"], ["role", 1, "type"], ["a", "x".repeat(1025), "length"], ["a", ["x".repeat(257)], "length"], ["a", Array(65).fill(""), "items"], ["a", "\u0007", "characters"]]) {
		expectField(await patch({ good: 1, [name]: value }), `claims.${name}`, rule);
		expectStatus(await patch({ keep: 1 }), 200);
	}
	assert.deepEqual(await read(), { keep: 1 });
});

test("rule 21: what tokens say by themselves is reserved, also for taking away", async () => {
	const { patch, read } = await make();
	for (const name of ["sub", "iss", "aud", "exp", "email", "name", "azp", "scope", "features", "features_omitted", "custom_claims", "org_id", "org_x", "workspace_id", "gh_x", "cnf", "token_version"]) {
		const refused = await patch({ [name]: "x", good: 1 });
		expectError(refused, 422, "reserved_claim");
		assert.match(refused.json.error.message, new RegExp(`'${name}'`));
		expectError(await patch({ [name]: null }), 422, "reserved_claim");
	}
	assert.deepEqual(await read(), {});
	expectStatus(await patch({ organization: "x" }), 200);
});

test("rule 20: over a limit nothing changes, and taking away makes room", async () => {
	const { patch, read } = await make();
	const many = Object.fromEntries(Array.from({ length: 64 }, (_, i) => [`k${i}`, i]));
	expectStatus(await patch(many), 200);
	expectError(await patch({ k0: 1, more: 1 }), 422, "claims_too_large");
	assert.deepEqual(await read(), many);
	expectStatus(await patch({ k0: null, more: 1 }), 200);
	const large = await make();
	const texts = Object.fromEntries(["a", "b", "c"].map((name) => [name, "x".repeat(1024)]));
	expectStatus(await large.patch(texts), 200);
	/* {"a":"…","b":"…","c":"…","d":"…"}: 4 × 7 + 1 octets beside the texts. */
	expectError(await large.patch({ d: "x".repeat(996) }), 422, "claims_too_large");
	expectStatus(await large.patch({ d: "x".repeat(995) }), 200);
});

test("rule 20: writes of different claims at once all stay", async () => {
	const { session, at, read } = await make();
	const names = Array.from({ length: 12 }, (_, i) => `k${i}`);
	const answers = await atOnce(names.length, (i) => session.patch(at, { claims: { [names[i]]: names[i] } }));
	answers.forEach((answer) => expectStatus(answer, 200));
	assert.deepEqual(await read(), Object.fromEntries(names.map((name) => [name, name])));
});

test("POST /claims finds people by id or address", async () => {
	const { session, who, read } = await make();
	assert.deepEqual(expectStatus(await session.post(AT, { user_id: who.id, claims: { a: 1 } }), 200), { user_id: who.id, claims: { a: 1 } });
	assert.deepEqual(expectStatus(await session.post(AT, { email: who.email.toUpperCase(), claims: { b: 2 } }), 200), { user_id: who.id, claims: { a: 1, b: 2 } });
	assert.deepEqual(await read(), { a: 1, b: 2 });
	expectField(await session.post(AT, { claims: {} }), "user_id", "one_of");
	expectField(await session.post(AT, { user_id: who.id, email: who.email, claims: {} }), "user_id", "one_of");
	expectField(await session.post(AT, { user_id: who.id }), "claims", "required");
	expectError(await session.post(AT, { email: makeEmail(), claims: {} }), 404, "not_found");
	expectError(await session.post(AT, { email: "nobody", claims: {} }), 404, "not_found");
	expectError(await session.post(AT, { user_id: "usr_0000000000000000", claims: {} }), 404, "not_found");
	expectError(await session.post(AT, { user_id: who.id, claims: { sub: "x" } }), 422, "reserved_claim");
	expectError(await session.post(AT, { user_id: who.id, claims: Object.fromEntries(Array.from({ length: 65 }, (_, i) => [`k${i}`, i])) }), 422, "claims_too_large");
});

test("one person in two projects has two sets of claims; another project's people don't exist", async () => {
	const [one, two] = [await make(), await make()];
	const same = await user(two.project, { server, email: one.who.email });
	expectStatus(await one.session.post(AT, { email: one.who.email, claims: { tier: "gold" } }), 200);
	expectStatus(await two.session.post(AT, { email: one.who.email, claims: { tier: "lead" } }), 200);
	assert.deepEqual(await one.read(), { tier: "gold" });
	assert.deepEqual(expectStatus(await two.session.get(`/api/v1/users/${same.id}/claims`), 200).claims, { tier: "lead" });
	expectError(await two.session.get(one.at), 404, "not_found");
	expectError(await two.session.patch(one.at, { claims: { tier: "x" } }), 404, "not_found");
	expectError(await two.session.post(AT, { user_id: one.who.id, claims: { tier: "x" } }), 404, "not_found");
	assert.deepEqual(await one.read(), { tier: "gold" });
});

test("a client's backend asks with its id and secret, in its own project alone", async () => {
	const [project, other] = [await makeProject(server, { type: "web" }), await makeProject(server, { type: "web" })];
	const [who, stranger] = [await user(project, { server }), await user(other, { server })];
	const by = (method, target, json, { clientId, secret } = project) => new Client(server, { check: false }).request(method, target, { json, headers: basic(clientId, secret) });
	assert.deepEqual(expectStatus(await by("POST", AT, { email: who.email, claims: { tier: "gold" } }), 200), { user_id: who.id, claims: { tier: "gold" } });
	assert.deepEqual(expectStatus(await by("PATCH", `/api/v1/users/${who.id}/claims`, { claims: { seats: 2 } }), 200).claims, { seats: 2, tier: "gold" });
	assert.deepEqual(expectStatus(await by("GET", `/api/v1/users/${who.id}/claims`), 200).claims, { seats: 2, tier: "gold" });
	expectError(await by("POST", AT, { user_id: stranger.id, claims: { tier: "x" } }), 404, "not_found");
	expectError(await by("POST", AT, { user_id: who.id, claims: { tier: "x" } }, { clientId: project.clientId, secret: other.secret }), 401, "unauthorized");
	assert.equal(await server.sql.value`SELECT actor_kind FROM audit_events WHERE project_id = ${project.id} AND action = 'claim.updated' LIMIT 1`, "client");
});

test("who may only read doesn't write", async () => {
	const { owner, at, headers } = await make();
	const viewer = await (await owner.org.member("viewer")).session(headers);
	expectStatus(await viewer.get(at), 200);
	expectError(await viewer.patch(at, { claims: { a: 1 } }), 403, "forbidden");
	const manager = await (await owner.org.member("manager")).session(headers);
	expectStatus(await manager.patch(at, { claims: { a: 1 } }), 200);
});

test("with the user go their claims", async () => {
	const { session, who, patch } = await make();
	expectStatus(await patch({ a: 1 }), 200);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM user_claims WHERE user_id = ${who.id}`), 1);
	expectStatus(await session.delete(`/api/v1/users/${who.id}`), 204);
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM user_claims WHERE user_id = ${who.id}`), 0);
});

test("rule 21: plan puts the user on that plan, null takes it away, and an unknown one changes nothing", async () => {
	const { session, patch, read, who } = await make();
	const plan = (plan_key) => session.post("/api/v1/plans", { plan_key, display_name: "Pro", price: 0, currency: "USD", period: "monthly" });
	const { id } = expectStatus(await plan("pro"), 201);
	expectField(await patch({ tier: "gold", plan: "gold" }), "claims.plan", "unknown");
	expectField(await patch({ plan: 1 }), "claims.plan", "type");
	assert.deepEqual(await read(), {});
	assert.deepEqual(expectStatus(await patch({ tier: "gold", plan: "pro" }), 200).claims, { tier: "gold", plan: "pro" });
	const given = expectStatus(await session.get(`/api/v1/users/${who.id}/plan`), 200);
	assert.deepEqual([given.plan_key, given.source, given.status], ["pro", "claims", "active"]);
	expectStatus(await patch({ plan: null }), 200);
	assert.deepEqual(await read(), { tier: "gold" });
	expectStatus(await patch({ plan: null }), 200);
	expectStatus(await session.patch(`/api/v1/plans/${id}`, { archived: true }), 200);
	expectField(await patch({ plan: "pro" }), "claims.plan", "archived");
});

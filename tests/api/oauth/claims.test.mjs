// What tokens and userinfo say of people besides who they are (licensing.md rules 20 and 22, oauth.md section 3 and rule 28).

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectOAuthError, expectStatus, makeId, projectUser, resourceServer, sharedServer } from "../../harness/index.mjs";
import { decode, getTokens, makeApp, makeProject, program, refresh, send } from "./oauth.mjs";

const server = await sharedServer();
const ALL = { columns: { token_claims: "email plan role features custom_claims workspace" } };

const headersOf = (app) => ({ headers: { "X-Project-Id": app.id } });
const addPlan = async (app, plan_key, more = {}) => expectStatus(await app.session.post("/api/v1/plans", { plan_key, display_name: plan_key, price: 0, currency: "USD", period: "monthly", ...more }, headersOf(app)), 201);
const addFeature = async (app, feature_key, more) => expectStatus(await app.session.post("/api/v1/features", { feature_key, ...more }, headersOf(app)), 201);
const setClaims = async (app, user, claims) => expectStatus(await app.session.patch(`/api/v1/users/${user.id}/claims`, { claims }, { headers: { "X-Project-Id": app.id } }), 200);
const userinfo = async (app, token) => expectStatus(await program(server).get(app.at("/oauth/userinfo"), { headers: { Authorization: `Bearer ${token}` } }), 200);
const told = ({ custom_claims, plan, role, features, features_omitted }) => ({ custom_claims, plan, role, features, features_omitted });
const access = (tokens) => told(decode(tokens.access_token)[1]);

test("rule 20: the next token carries what was set, the one before doesn't change", async () => {
	const app = await makeApp(server, ALL);
	const user = await projectUser(server, app);
	const before = await getTokens(server, app, { user });
	assert.deepEqual(access(before).custom_claims, {});
	const claims = { tier: "gold", ratio: 0.25, groups: ["a", "b"], role: "editor" };
	await setClaims(app, user, claims);
	assert.deepEqual(access(before).custom_claims, {});
	const after = await getTokens(server, app, { user });
	assert.deepEqual([access(after).custom_claims, access(after).role], [claims, "editor"]);
	const [, id] = decode(after.id_token);
	assert.deepEqual([id.custom_claims, id.role], [claims, "editor"]);
	assert.deepEqual(told(await userinfo(app, after.access_token)), told(decode(after.access_token)[1]));
	const refreshed = expectStatus(await refresh(server, app, before.refresh_token), 200);
	assert.deepEqual(access(refreshed).custom_claims, claims);
	await setClaims(app, user, { tier: null, role: null, groups: null, ratio: null });
	const last = access(await getTokens(server, app, { user }));
	assert.deepEqual([last.custom_claims, "role" in last && last.role], [{}, undefined]);
});

test("what a client's or resource server's token_claims leave out isn't said", async () => {
	const app = await makeApp(server, { columns: { token_claims: "email role" } });
	const api = await resourceServer(app.owner, app, { identifier: "https://api.example.com/v1", scopes: [{ name: "orders:read", description: "See orders" }], token_claims: ["custom_claims"] });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([app.clientId, api.identifier])} WHERE id = ${app.clientId}`;
	const user = await projectUser(server, app);
	await setClaims(app, user, { tier: "gold", role: "editor" });
	const own = await getTokens(server, app, { user });
	assert.deepEqual(access(own), { custom_claims: undefined, plan: undefined, role: "editor", features: undefined, features_omitted: undefined });
	assert.equal(decode(own.id_token)[1].custom_claims, undefined);
	assert.deepEqual([(await userinfo(app, own.access_token)).custom_claims, (await userinfo(app, own.access_token)).role], [undefined, "editor"]);
	const theirs = await getTokens(server, app, { user, scope: "openid orders:read", resource: api.identifier });
	assert.deepEqual([access(theirs).custom_claims, access(theirs).role], [{ tier: "gold", role: "editor" }, undefined]);
});

test("AT-12 a claim is a claim's value, and nothing of the token's own", async () => {
	const app = await makeApp(server, ALL);
	const user = await projectUser(server, app);
	await setClaims(app, user, { note: '"},"sub":"usr_0000000000000000","x":{"y":"' , role: 'admin","aud":"else' });
	const [, token] = decode((await getTokens(server, app, { user })).access_token);
	assert.deepEqual([token.sub, token.aud, token.x, token.role], [user.id, app.clientId, undefined, 'admin","aud":"else']);
	assert.equal(token.custom_claims.note, '"},"sub":"usr_0000000000000000","x":{"y":"');
});

test("rule 22: plan and features stand in tokens and userinfo, and follow the plan", async () => {
	const app = await makeApp(server, ALL);
	const user = await projectUser(server, app);
	await addFeature(app, "export", { type: "boolean" });
	await addFeature(app, "seats", { type: "limit" });
	await addPlan(app, "pro", { features: { export: true, seats: null } });
	assert.deepEqual(access(await getTokens(server, app, { user })), { custom_claims: {}, plan: undefined, role: undefined, features: { export: false, seats: 0 }, features_omitted: undefined });
	assert.deepEqual((await setClaims(app, user, { plan: "pro", tier: "gold" })).claims, { tier: "gold", plan: "pro" });
	const tokens = await getTokens(server, app, { user });
	const expected = { custom_claims: { tier: "gold", plan: "pro" }, plan: "pro", role: undefined, features: { export: true, seats: null }, features_omitted: undefined };
	assert.deepEqual(access(tokens), expected);
	assert.deepEqual(told(decode(tokens.id_token)[1]), expected);
	assert.deepEqual(told(await userinfo(app, tokens.access_token)), expected);
	await setClaims(app, user, { plan: null });
	assert.deepEqual(access(await getTokens(server, app, { user })).custom_claims, { tier: "gold" });
});

test("rule 28: a token that would be too long leaves features out and says so; userinfo has them", async () => {
	const app = await makeApp(server, ALL);
	const user = await projectUser(server, app);
	for (let i = 0; i < 40; i++)
		await addFeature(app, `${"f".repeat(50)}${i}`, { type: "boolean" });
	assert.equal(Object.keys(access(await getTokens(server, app, { user })).features).length, 40);
	await setClaims(app, user, Object.fromEntries(["a", "b", "c"].map((name) => [name, "x".repeat(1000)])));
	const tokens = await getTokens(server, app, { user });
	const said = access(tokens);
	assert.deepEqual([said.features, said.features_omitted], [undefined, true]);
	assert.ok(tokens.access_token.length <= 7000, `${tokens.access_token.length}`);
	assert.equal(said.custom_claims.a.length, 1000);
	assert.equal(Object.keys((await userinfo(app, tokens.access_token)).features).length, 40);
});

test("a resource server's scope that needs a plan comes with the plan, and goes with it", async () => {
	const app = await makeApp(server, ALL);
	const api = await resourceServer(app.owner, app, { identifier: "https://api.example.com/v1", scopes: [{ name: "orders:read", description: "See orders" }, { name: "orders:write", description: "Change them", plans: ["pro"] }] });
	await server.sql.run`UPDATE clients SET audiences = ${JSON.stringify([app.clientId, api.identifier])} WHERE id = ${app.clientId}`;
	const user = await projectUser(server, app);
	await addPlan(app, "pro");
	const asked = { scope: "openid orders:read orders:write", resource: api.identifier };
	const before = await getTokens(server, app, { user, ...asked });
	assert.equal(before.scope, "openid orders:read");
	await setClaims(app, user, { plan: "pro" });
	const refreshed = expectStatus(await refresh(server, app, before.refresh_token), 200);
	assert.equal(refreshed.scope, asked.scope);
	await setClaims(app, user, { plan: null });
	assert.equal(expectStatus(await refresh(server, app, refreshed.refresh_token), 200).scope, "openid orders:read");
});

test("rule 21 of oauth.md: a program's own scopes are those of its organization's plan, which its token names", async () => {
	const project = await makeProject(server);
	const ask = (form = {}) => send(server, project, "token", { grant_type: "client_credentials", ...form });
	assert.equal(expectStatus(await ask(), 200).scope, "tool:read");
	const consoleOf = { id: server.consoleId };
	for (const [plan_key, scope] of [["pro", "tool:read tool:write"], ["enterprise", "tool:read tool:write tool:admin"]]) {
		const id = makeId("pln");
		await server.sql.run`INSERT IGNORE INTO plans (project_id, id, plan_key, display_name, price, currency, period, description, meters, trial_days, is_public, is_default, sort, is_archived, version, created_at, updated_at)
			VALUES (${consoleOf.id}, ${id}, ${plan_key}, ${plan_key}, 0, 'USD', 'monthly', NULL, NULL, 0, TRUE, NULL, 0, FALSE, 1, NOW(3), NOW(3))`;
		await server.sql.run`REPLACE INTO plan_assignments (project_id, subject_id, plan_id, source, announced, cancel_at_period_end, version, created_at, updated_at)
			SELECT project_id, ${project.orgId}, id, 'admin', 'active', FALSE, 1, NOW(3), NOW(3) FROM plans WHERE project_id = ${consoleOf.id} AND plan_key = ${plan_key}`;
		const tokens = expectStatus(await ask(), 200);
		assert.equal(tokens.scope, scope);
		const [, claims] = decode(tokens.access_token);
		assert.deepEqual([claims.plan, claims.org_id], [plan_key, project.orgId]);
	}
	await server.sql.run`DELETE FROM plan_assignments WHERE subject_id = ${project.orgId}`;
	expectOAuthError(await ask({ scope: "tool:write" }), 400, "invalid_scope");
	expectStatus(await ask({ scope: "tool:read" }), 200);
});

// Who is on which plan, and what they may use by it (licensing.md rules 18, 19 and 23).

import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, atOnce, Client, DAY, expectError, expectField, expectStatus, feature, fromNow, meter, moveClock, overrideFeature, ownServer, person, plan, projectUser, sharedServer, tally, use, user } from "../../harness/index.mjs";
import { basic, getTokens, makeApp } from "../oauth/oauth.mjs";

const shared = await sharedServer();

async function make(server = shared) {
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const shopper = await user(project, { server });
	return { owner, project, session, shopper, at: `/api/v1/users/${shopper.id}/plan`, features: `/api/v1/users/${shopper.id}/features` };
}

const NOTHING = { plan_id: null, plan_key: null, plan_display_name: null, status: null, source: null, trial_ends_at: null, current_period_end: null, expires_at: null, cancel_at_period_end: false, payment_id: null, effective_plan_key: null };

test("rule 18: who was given nothing is on the default plan, if there is one; an assignment replaces what was before", async () => {
	const { owner, project, session, shopper, at } = await make();
	assert.deepEqual(expectStatus(await session.get(at), 200), { subject_id: shopper.id, ...NOTHING });
	await plan(owner, project, { plan_key: "free", is_default: true });
	const pro = await plan(owner, project, { plan_key: "pro" });
	assert.deepEqual(expectStatus(await session.get(at), 200), { subject_id: shopper.id, ...NOTHING, effective_plan_key: "free" });
	const put = expectStatus(await session.put(at, { plan_key: "pro" }), 200);
	assert.deepEqual(put, { ...NOTHING, subject_id: shopper.id, plan_id: pro.id, plan_key: "pro", plan_display_name: "Pro", status: "active", source: "admin", effective_plan_key: "pro" });
	assert.deepEqual(expectStatus(await session.get(at), 200), put);
	assert.equal(expectStatus(await session.put(at, { plan_key: "free" }), 200).plan_key, "free");
	expectStatus(await session.delete(at), 204);
	expectError(await session.delete(at), 404, "not_found");
	assert.equal(expectStatus(await session.get(at), 200).effective_plan_key, "free");
});

test("an assignment that no plan or user is there for is refused", async () => {
	const { owner, project, session, at } = await make();
	const old = await plan(owner, project, { plan_key: "old" });
	expectField(await session.put(at, { plan_key: "nothing" }), "plan_key", "unknown");
	expectField(await session.put(at, { plan_key: "old", expires_at: fromNow(-DAY, shared) }), "expires_at", "range");
	expectField(await session.put(at, { plan_key: "old", trial: true }), "trial", "no_trial");
	expectField(await session.put(at, {}), "plan_key", "required");
	expectStatus(await session.put(at, { plan_key: "old" }), 200);
	expectField(await session.delete(`${at}?at_period_end=true`), "at_period_end", "no_period");
	expectStatus(await session.patch(`/api/v1/plans/${old.id}`, { archived: true }), 200);
	expectError(await session.put(at, { plan_key: "old" }), 409, "plan_archived");
	assert.equal(expectStatus(await session.get(at), 200).status, "active");
	const stranger = await make();
	await plan(stranger.owner, stranger.project, { plan_key: "theirs" });
	expectField(await session.put(at, { plan_key: "theirs" }), "plan_key", "unknown");
	expectError(await stranger.session.put(at, { plan_key: "theirs" }), 404, "not_found");
});

test("rule 19: one trial of a plan ever; of five begun at once one is", async () => {
	const { owner, project, session, at } = await make();
	await plan(owner, project, { plan_key: "pro", trial_days: 14 });
	await plan(owner, project, { plan_key: "max", trial_days: 7 });
	const answers = await atOnce(5, () => session.put(at, { plan_key: "pro", trial: true }));
	assert.deepEqual(tally(answers), { 200: 1, 409: 4 });
	const { status, trial_ends_at, current_period_end } = expectStatus(await session.get(at), 200);
	assert.equal(status, "trialing");
	assert.equal(trial_ends_at, current_period_end);
	expectStatus(await session.delete(at), 204);
	expectError(await session.put(at, { plan_key: "pro", trial: true }), 409, "trial_used");
	expectStatus(await session.put(at, { plan_key: "pro" }), 200);
	assert.equal(expectStatus(await session.put(at, { plan_key: "max", trial: true }), 200).status, "trialing");
});

test("rule 23: override before plan before default, each as long as it counts", async () => {
	const { owner, project, session, shopper, features } = await make();
	await feature(owner, project, { feature_key: "export" });
	await feature(owner, project, { feature_key: "seats", type: "limit", default: 1 });
	const free = await plan(owner, project, { plan_key: "free", is_default: true, features: { seats: 2 } });
	await plan(owner, project, { plan_key: "pro", features: { export: true, seats: null } });
	const values = async () => Object.fromEntries(expectStatus(await session.get(features), 200).data.map(({ feature_key, value, source }) => [feature_key, [value, source]]));
	assert.deepEqual(await values(), { export: [false, "default"], seats: [2, "plan"] });
	await assign(owner, project, shopper, { plan_key: "pro" });
	assert.deepEqual(await values(), { export: [true, "plan"], seats: [null, "plan"] });
	const put = await overrideFeature(owner, project, shopper, "seats", { value: 0 });
	assert.deepEqual(put, { subject_id: shopper.id, feature_key: "seats", type: "limit", value: 0, source: "override", meter_key: null, expires_at: null });
	await overrideFeature(owner, project, shopper, "export", { value: false, expires_at: fromNow(DAY, shared) });
	assert.deepEqual(await values(), { export: [false, "override"], seats: [0, "override"] });
	expectStatus(await session.delete(`${features}/export`), 204);
	expectError(await session.delete(`${features}/export`), 404, "not_found");
	assert.deepEqual(await values(), { export: [true, "plan"], seats: [0, "override"] });
	expectField(await session.put(`${features}/seats`, { value: true }), "value", "type");
	expectField(await session.put(`${features}/seats`, {}), "value", "required");
	expectField(await session.put(`${features}/seats`, { value: 1, expires_at: fromNow(-DAY, shared) }), "expires_at", "range");
	expectError(await session.put(`${features}/nothing`, { value: 1 }), 404, "not_found");
	expectStatus(await session.patch(`/api/v1/plans/${free.id}`, { features: {} }), 200);
	expectStatus(await session.delete(`/api/v1/users/${shopper.id}/plan`), 204);
	assert.deepEqual(await values(), { export: [false, "default"], seats: [0, "override"] });
});

test("POST /features/check: the member, the key, the app's backend, the user and their app get the same; about others users learn nothing", async () => {
	const app = await makeApp(shared);
	const { user: shopper, access_token } = await getTokens(shared, app, { resource: `${shared.authUrl}/api`, scope: "openid account" });
	const owner = app.owner;
	const project = { id: app.id, clientId: app.clientId };
	const member = await owner.session({ headers: { "X-Project-Id": app.id } });
	await feature(owner, project, { feature_key: "export" });
	await feature(owner, project, { feature_key: "seats", type: "limit" });
	await plan(owner, project, { plan_key: "pro", features: { seats: 5 } });
	await assign(owner, project, shopper, { plan_key: "pro" });
	const other = await projectUser(shared, project);
	const headers = basic(app.clientId, app.secret);
	const AT = "/api/v1/features/check";
	const calls = {
		member: (body) => member.post(AT, { user_id: shopper.id, ...body }),
		key: async (body) => (await owner.org.key({ project: { id: app.id, environment: "test" }, environment: "test", scopes: ["feature.check"] })).post(AT, { user_id: shopper.id, ...body }),
		backend: (body) => new Client(shared, { check: false }).post(AT, { user_id: shopper.id, ...body }, { headers }),
		user: async (body) => (await shopper.session()).post(AT, body),
		app: (body) => new Client(shared, { site: "auth", bearer: access_token, check: false }).post(AT, body),
	};
	for (const [who, call] of Object.entries(calls)) {
		assert.deepEqual(expectStatus(await call({ feature_key: "seats" }), 200), { has_feature: true, value: 5, source: "plan" }, who);
		assert.deepEqual(expectStatus(await call({ feature_key: "export" }), 200), { has_feature: false, value: false, source: "default" }, who);
		expectError(await call({ feature_key: "nothing" }), 404, "not_found");
	}
	for (const who of ["user", "app"]) {
		expectStatus(await calls[who]({ feature_key: "seats", user_id: shopper.id }), 200);
		expectError(await calls[who]({ feature_key: "seats", user_id: other.id }), 404, "not_found");
	}
	const stranger = await make();
	expectError(await calls.member({ feature_key: "seats", user_id: stranger.shopper.id }), 404, "not_found");
	expectError(await calls.backend({ feature_key: "seats", user_id: stranger.shopper.id }), 404, "not_found");
	expectField(await member.post(AT, { feature_key: "seats" }), "user_id", "required");
});

test("POST /features/check: of a limit with a meter it says what is used this month and what is left", async () => {
	const { owner, project, session, shopper } = await make();
	const tokens = await meter(owner, project);
	await feature(owner, project, { feature_key: "tokens", type: "limit", default: 10, meter_key: tokens.meter_key });
	await feature(owner, project, { feature_key: "seats", type: "limit", default: 2 });
	const check = async (feature_key = "tokens") => expectStatus(await session.post("/api/v1/features/check", { user_id: shopper.id, feature_key }), 200);
	assert.deepEqual(await check(), { has_feature: true, value: 10, source: "default", used: 0, remaining: 10 });
	expectStatus(await session.post("/api/v1/usage/consume", use(tokens, shopper, { quantity: 4 })), 200);
	assert.deepEqual(await check(), { has_feature: true, value: 10, source: "default", used: 4, remaining: 6 });
	await overrideFeature(owner, project, shopper, "tokens", { value: 3 });
	assert.deepEqual(await check(), { has_feature: true, value: 3, source: "override", used: 4, remaining: 0 });
	await overrideFeature(owner, project, shopper, "tokens", { value: null });
	assert.deepEqual(await check(), { has_feature: true, value: null, source: "override", used: 4 });
	assert.deepEqual(await check("seats"), { has_feature: true, value: 2, source: "default" });
});

test("an app's backend puts its users on plans, and overrides; another project's doesn't", async () => {
	const app = await makeApp(shared), elsewhere = await makeApp(shared);
	const project = { id: app.id, clientId: app.clientId };
	await feature(app.owner, project, { feature_key: "export" });
	await plan(app.owner, project, { plan_key: "pro" });
	const shopper = await projectUser(shared, project);
	const backend = new Client(shared, { check: false });
	const headers = basic(app.clientId, app.secret);
	const put = expectStatus(await backend.put(`/api/v1/users/${shopper.id}/plan`, { plan_key: "pro" }, { headers }), 200);
	assert.equal(put.plan_key, "pro");
	expectStatus(await backend.put(`/api/v1/users/${shopper.id}/features/export`, { value: true }, { headers }), 200);
	expectStatus(await backend.get(`/api/v1/users/${shopper.id}/features`, { headers }), 200);
	const actor = await shared.sql.value`SELECT CONCAT(actor_kind, ' ', actor_id) FROM audit_events WHERE target_id = ${shopper.id} AND action = 'plan.assigned'`;
	assert.equal(actor, `client ${app.clientId}`);
	const theirs = basic(elsewhere.clientId, elsewhere.secret);
	expectError(await backend.get(`/api/v1/users/${shopper.id}/plan`, { headers: theirs }), 404, "not_found");
	expectError(await backend.put(`/api/v1/users/${shopper.id}/plan`, { plan_key: "pro" }, { headers: theirs }), 404, "not_found");
});

test("a deleted user takes plan, trials and overrides along; their events say what was", async () => {
	const { owner, project, session, shopper } = await make();
	await feature(owner, project, { feature_key: "export" });
	await plan(owner, project, { plan_key: "pro", trial_days: 14 });
	await assign(owner, project, shopper, { plan_key: "pro", trial: true });
	await overrideFeature(owner, project, shopper, "export", { value: true });
	const rows = async () => {
		const counts = ["plan_assignments", "plan_trials", "feature_overrides"].map((table) => `SELECT COUNT(*) AS n FROM ${table} WHERE subject_id = '${shopper.id}'`);
		return (await shared.sql.query(counts.join(" UNION ALL "))).map(({ n }) => Number(n));
	};
	assert.deepEqual(await rows(), [1, 1, 1]);
	const data = JSON.parse(await shared.sql.value`SELECT data FROM events WHERE project_id = ${project.id} AND type = 'plan.assigned' AND subject_id = ${shopper.id}`);
	assert.equal(data.plan_key, "pro");
	assert.equal(data.status, "trialing");
	expectStatus(await session.delete(`/api/v1/users/${shopper.id}`), 204);
	assert.deepEqual(await rows(), [0, 0, 0]);
});

test("rule 18: by the clock a trial is past due for three days, then expired, and the default counts again; what was canceled ends with its period", async () => {
	const server = await ownServer();
	const { owner, project, session, shopper, at } = await make(server);
	await plan(owner, project, { plan_key: "free", is_default: true });
	await plan(owner, project, { plan_key: "pro", trial_days: 14 });
	const other = await user(project, { server });
	const theirs = `/api/v1/users/${other.id}/plan`;
	await assign(owner, project, shopper, { plan_key: "pro", trial: true });
	await assign(owner, project, other, { plan_key: "pro", trial: true });
	const canceled = expectStatus(await session.delete(`${theirs}?at_period_end=true`), 200);
	assert.deepEqual([canceled.status, canceled.cancel_at_period_end], ["trialing", true]);
	const stands = async (target) => {
		const { status, effective_plan_key } = expectStatus(await (await owner.session({ headers: { "X-Project-Id": project.id } })).get(target), 200);
		return [status, effective_plan_key];
	};
	moveClock(server, 14 * DAY + 1000);
	assert.deepEqual(await stands(at), ["past_due", "pro"]);
	assert.deepEqual(await stands(theirs), ["canceled", "free"]);
	moveClock(server, 3 * DAY);
	assert.deepEqual(await stands(at), ["expired", "free"]);
});

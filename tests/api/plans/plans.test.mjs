// What a project offers: plans and features, made, changed, deleted (licensing.md sections 2 and 3).

import assert from "node:assert/strict";
import { test } from "node:test";
import { assign, atOnce, Client, expectError, expectField, expectStatus, feature, manualProvider, person, plan, sharedServer, tally, user } from "../../harness/index.mjs";

const server = await sharedServer();
const PLANS = "/api/v1/plans", FEATURES = "/api/v1/features";
const PRO = { plan_key: "pro", display_name: "Pro", price: 2900, currency: "USD", period: "monthly" };

async function make() {
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { owner, project, session };
}

test("a plan that says only what it must has the defaults", async () => {
	const { session } = await make();
	const { id, created_at, updated_at, ...rest } = expectStatus(await session.post(PLANS, PRO), 201);
	assert.match(id, /^pln_[a-z0-9]{16}$/);
	assert.equal(created_at, updated_at);
	assert.deepEqual(rest, { ...PRO, description: null, features: {}, meters: [], trial_days: 0, is_public: true, is_default: false, sort: 0, archived: false });
});

test("everything is kept as it was said, each member changes alone; the key never does", async () => {
	const { owner, project, session } = await make();
	await feature(owner, project, { feature_key: "export" });
	await feature(owner, project, { feature_key: "seats", type: "limit" });
	const said = {
		...PRO, description: "two\nlines", features: { export: true, seats: 5 }, trial_days: 14, is_public: false, is_default: true, sort: 3,
		meters: [{ meter_key: "requests", included: 20000, overage: { unit: 1000, price: 50 } }, { meter_key: "emails", included: null, overage: null }],
	};
	const made = expectStatus(await session.post(PLANS, said), 201);
	for (const [name, value] of Object.entries(said))
		assert.deepEqual(made[name], value, name);
	const at = `${PLANS}/${made.id}`;
	assert.deepEqual(expectStatus(await session.get(at), 200), made);
	const { updated_at: _, ...same } = made;
	for (const [name, value] of [["display_name", "Renamed"], ["price", 0], ["currency", "IDR"], ["period", "one_time"], ["description", null], ["features", { seats: null }], ["features", {}], ["meters", []], ["trial_days", 365], ["is_public", true], ["is_default", false], ["sort", 9], ["archived", true]]) {
		const { updated_at, ...after } = expectStatus(await session.patch(at, { [name]: value }), 200);
		assert.deepEqual(after, Object.assign(same, { [name]: value }), name);
	}
	expectField(await session.patch(at, { plan_key: "max" }), "plan_key", "immutable");
	expectError(await session.patch(at, {}), 422, "validation_failed");
});

test("what no plan may be is a 422 that names it; its neighbour passes", async () => {
	const { owner, project, session } = await make();
	await feature(owner, project, { feature_key: "export" });
	await feature(owner, project, { feature_key: "seats", type: "limit" });
	const meter = (more) => ({ meters: [{ meter_key: "requests", included: 1, ...more }] });
	for (const [field, more] of [
		["plan_key", { plan_key: "Pro" }], ["plan_key", { plan_key: "x".repeat(65) }], ["display_name", { display_name: "" }], ["display_name", { display_name: "x".repeat(129) }],
		["price", { price: -1 }], ["price", { price: "29" }], ["currency", { currency: "usd" }], ["currency", { currency: "USDT" }], ["period", { period: "daily" }],
		["description", { description: "x".repeat(513) }], ["trial_days", { trial_days: 366 }], ["trial_days", { trial_days: -1 }], ["sort", { sort: -1 }],
		["features.nothing", { features: { nothing: true } }], ["features.export", { features: { export: 1 } }], ["features.export", { features: { export: null } }],
		["features.seats", { features: { seats: true } }], ["features.seats", { features: { seats: -1 } }], ["features", { features: [] }],
		["meters[0].included", meter({ included: -1 })], ["meters[0].meter_key", meter({ meter_key: "Requests!" })], ["meters[0].meter_key", meter({ meter_key: "nobodys" })], ["meters[0].overage.unit", meter({ overage: { unit: 0, price: 1 } })],
		["meters[1].meter_key", { meters: [{ meter_key: "requests", included: 1 }, { meter_key: "requests", included: 2 }] }], ["archived", { archived: true }],
	])
		expectField(await session.post(PLANS, { ...PRO, ...more }), field);
	for (const field of Object.keys(PRO))
		expectField(await session.post(PLANS, { ...PRO, [field]: undefined }), field, "required");
	const made = expectStatus(await session.post(PLANS, { ...PRO, ...meter({ overage: { unit: 1, price: 0 } }), features: { export: false, seats: 9007199254740991 }, trial_days: 365 }), 201);
	expectError(await session.post(PLANS, PRO), 409, "plan_key_exists");
	expectStatus(await session.patch(`${PLANS}/${made.id}`, { is_default: true }), 200);
	expectField(await session.patch(`${PLANS}/${made.id}`, { archived: true }), "archived", "conflict");
});

test("of a project's plans one is the default: of ten made it at once one is, and a new one takes over", async () => {
	const { owner, project, session } = await make();
	const plans = await Promise.all(Array.from({ length: 10 }, () => plan(owner, project)));
	const answers = await atOnce(10, (i) => session.patch(`${PLANS}/${plans[i].id}`, { is_default: true }));
	assert.deepEqual(tally(answers), { 200: 10 });
	const defaults = async () => expectStatus(await session.get(PLANS), 200).data.filter(({ is_default }) => is_default);
	assert.equal((await defaults()).length, 1);
	const next = await plan(owner, project, { is_default: true });
	assert.deepEqual((await defaults()).map(({ id }) => id), [next.id]);
});

test("a stale PATCH is refused, and of two that make one key at once one is", async () => {
	const { session } = await make();
	const answers = await atOnce(5, () => session.post(PLANS, PRO));
	assert.deepEqual(tally(answers), { 201: 1, 409: 4 });
	const { json, headers } = answers.find(({ status }) => status === 201);
	const at = `${PLANS}/${json.id}`;
	const ifMatch = { headers: { "If-Match": headers.etag } };
	expectStatus(await session.patch(at, { sort: 1 }, ifMatch), 200);
	expectError(await session.patch(at, { sort: 2 }, ifMatch), 412, "precondition_failed");
	expectStatus(await session.delete(at), 204);
	expectError(await session.get(at), 404, "not_found");
});

test("plans come by their sort; archived ones apart; everybody sees public ones alone", async () => {
	const { owner, project, session } = await make();
	for (const [plan_key, more] of [["c", { sort: 2 }], ["a", { sort: 1 }], ["hidden", { sort: 0, is_public: false }], ["old", { sort: 0 }], ["b", { sort: 1 }]])
		await plan(owner, project, { plan_key, ...more });
	const keys = async (by, target) => expectStatus(await by.get(target), 200).data.map(({ plan_key }) => plan_key);
	const [old] = expectStatus(await session.get(PLANS), 200).data.filter(({ plan_key }) => plan_key === "old");
	expectStatus(await session.patch(`${PLANS}/${old.id}`, { archived: true }), 200);
	assert.deepEqual(await keys(session, PLANS), ["hidden", "old", "a", "b", "c"]);
	assert.deepEqual(await keys(session, `${PLANS}?archived=true`), ["old"]);
	assert.deepEqual(await keys(session, `${PLANS}?archived=false`), ["hidden", "a", "b", "c"]);
	for (const site of ["main", "auth"])
		assert.deepEqual(await keys(new Client(server, { site }), `${PLANS}?client_id=${project.clientId}`), ["a", "b", "c"]);
	const nobody = new Client(server);
	expectError(await nobody.get(`${PLANS}?client_id=proj_000000000000000000000000`), 404, "not_found");
	expectField(await nobody.get(PLANS), "client_id", "required");
	const [hidden, , a] = expectStatus(await session.get(PLANS), 200).data;
	assert.equal(expectStatus(await nobody.get(`${PLANS}/${a.id}?client_id=${project.clientId}`), 200).plan_key, "a");
	for (const { id } of [hidden, old])
		expectError(await nobody.get(`${PLANS}/${id}?client_id=${project.clientId}`), 404, "not_found");
});

test("a plan that somebody is on isn't deleted; once nobody is, it is", async () => {
	const { owner, project, session } = await make();
	const one = await plan(owner, project, { plan_key: "pro" });
	const shopper = await user(project, { server });
	await assign(owner, project, shopper, { plan_key: "pro" });
	expectError(await session.delete(`${PLANS}/${one.id}`), 409, "plan_in_use");
	expectStatus(await session.delete(`/api/v1/users/${shopper.id}/plan`), 204);
	expectStatus(await session.delete(`${PLANS}/${one.id}`), 204);
});

test("a plan that somebody pays for, or has paid for, isn't deleted", async () => {
	const { owner, project, session } = await make();
	const one = await plan(owner, project, { plan_key: "pro", price: 2900 });
	await manualProvider(owner, project);
	const shopper = await user(project, { server });
	const { id } = expectStatus(await session.post("/api/v1/payments", { user_id: shopper.id, plan_key: "pro", customer_email: "buyer@example.com" }), 201);
	expectError(await session.delete(`${PLANS}/${one.id}`), 409, "plan_in_use");
	expectStatus(await session.post(`/api/v1/payments/${id}/settle`, { reference: "R-plan" }), 200);
	expectStatus(await session.delete(`/api/v1/users/${shopper.id}/plan`), 204);
	expectError(await session.delete(`${PLANS}/${one.id}`), 409, "plan_in_use");
});

test("a feature has the default of its type, changes, and takes its values along when it goes", async () => {
	const { owner, project, session } = await make();
	const { id, created_at, updated_at, ...rest } = expectStatus(await session.post(FEATURES, { feature_key: "export", type: "boolean" }), 201);
	assert.match(id, /^fea_[a-z0-9]{16}$/);
	assert.deepEqual(rest, { feature_key: "export", type: "boolean", default: false, meter_key: null, description: null });
	const limit = expectStatus(await session.post(FEATURES, { feature_key: "calls", type: "limit", default: null, meter_key: "requests" }), 201);
	assert.equal(limit.default, null);
	expectError(await session.post(FEATURES, { feature_key: "calls", type: "boolean" }), 409, "feature_key_exists");
	assert.equal(expectStatus(await session.patch(`${FEATURES}/${limit.id}`, { default: 7 }), 200).default, 7);
	assert.equal(expectStatus(await session.patch(`${FEATURES}/${limit.id}`, { meter_key: null }), 200).meter_key, null);
	assert.equal(expectStatus(await session.patch(`${FEATURES}/${id}`, { default: true, description: "Files" }), 200).default, true);
	const one = await plan(owner, project, { features: { export: true, calls: 3 } });
	expectStatus(await session.delete(`${FEATURES}/${limit.id}`), 204);
	assert.deepEqual(expectStatus(await session.get(`${PLANS}/${one.id}`), 200).features, { export: true });
	assert.deepEqual(expectStatus(await session.get(FEATURES), 200).data.map(({ feature_key }) => feature_key), ["export"]);
});

test("what no feature may be is a 422 that names it; there are at most 64", async () => {
	const { session } = await make();
	const post = (body) => session.post(FEATURES, { feature_key: "one", type: "limit", ...body });
	for (const [field, more] of [["feature_key", { feature_key: "One" }], ["feature_key", { feature_key: "1e" }], ["feature_key", { feature_key: "a-b" }], ["type", { type: "text" }],
		["default", { default: -1 }], ["default", { default: true }], ["default", { type: "boolean", default: 0 }], ["default", { type: "boolean", default: null }],
		["meter_key", { type: "boolean", meter_key: "requests" }], ["meter_key", { meter_key: "nobodys" }], ["description", { description: "x".repeat(513) }]])
		expectField(await post(more), field);
	const first = expectStatus(await post({}), 201);
	for (const name of ["feature_key", "type"])
		expectField(await session.patch(`${FEATURES}/${first.id}`, { [name]: "limit" }), name, "immutable");
	for (let i = 1; i < 60; i++)
		expectStatus(await post({ feature_key: `f${i}` }), 201);
	// four places are left: of ten at once four get one
	const answers = await atOnce(10, (i) => post({ feature_key: `g${i}` }));
	assert.deepEqual(tally(answers), { 201: 4, 403: 6 });
	const { details } = expectError(await post({ feature_key: "more" }), 403, "plan_limit_reached");
	assert.deepEqual(details, { limit_key: "features", limit: 64, used: 64 });
	expectStatus(await session.delete(`${FEATURES}/${first.id}`), 204);
	expectStatus(await post({ feature_key: "more" }), 201);
});

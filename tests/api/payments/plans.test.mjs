// Payments for plans: the plan counts before the event tells of it (licensing.md rules 25 to 27).

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectField, expectStatus, manualProvider, paidPlan, person, projectApp, sharedServer, user } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/payments";
const DAY = 86400000;

async function make() {
	const owner = await person(server);
	const project = await owner.org.project();
	await manualProvider(owner, project);
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { owner, project, session, app: await projectApp(owner, project), buyer: await user(project, { server }), plan: await paidPlan(owner, project) };
}

const body = ({ buyer, plan }, more = {}) => ({ user_id: buyer.id, plan_key: plan.plan_key, customer_email: "buyer@example.com", ...more });

test("a paid plan is the buyer's for a month, the event tells of it, and what is paid early is added", async () => {
	const world = await make();
	const { app, session, buyer, plan } = world;
	const planOf = async () => expectStatus(await session.get(`/api/v1/users/${buyer.id}/plan`), 200);
	const made = expectStatus(await app.post(AT, body(world, { metadata: { seats: 3 } })), 201);
	assert.deepEqual([made.kind, made.amount, made.currency, made.plan_id, made.user_id, made.item_name, made.status], ["plan", 49000, "IDR", plan.id, buyer.id, "Pro", "pending"]);
	assert.notEqual((await planOf()).plan_key, plan.plan_key);
	const paid_at = new Date(Date.now() - DAY).toISOString();
	expectStatus(await session.post(`${AT}/${made.id}/settle`, { reference: "R1", paid_at }), 200);
	const first = await planOf();
	assert.deepEqual([first.plan_key, first.status, first.source, first.payment_id], [plan.plan_key, "active", "payment", made.id]);
	const rows = await server.sql.rows`SELECT type, data FROM events WHERE project_id = ${world.project.id} AND type IN ('plan.assigned', 'payment.settled') ORDER BY id`;
	assert.deepEqual(rows.map(({ type }) => type), ["plan.assigned", "payment.settled"]);
	assert.deepEqual(JSON.parse(rows[1].data), { payment_id: made.id, order_id: made.id, plan_id: plan.id, plan_key: plan.plan_key, plan_display_name: "Pro", plan_period: "monthly", user_id: buyer.id, amount: 49000, currency: "IDR", paid_at, metadata: { seats: 3 } });
	const again = expectStatus(await app.post(AT, body(world, { plan_key: undefined, plan_id: plan.id })), 201);
	expectStatus(await session.post(`${AT}/${again.id}/settle`, { reference: "R2" }), 200);
	const days = (Date.parse((await planOf()).current_period_end) - Date.parse(first.current_period_end)) / DAY;
	assert.ok(days >= 28 && days <= 31, `${days} days more`);
});

test("a payment that can't be is a 422 or 409 that says why; its neighbour passes", async () => {
	const world = await make();
	const { owner, project, session, buyer } = world;
	const other = await make();
	const free = await paidPlan(owner, project, { price: 0 });
	const gone = await paidPlan(owner, project);
	expectStatus(await session.patch(`/api/v1/plans/${gone.id}`, { archived: true }), 200);
	expectError(await session.post(AT, body(world, { plan_key: free.plan_key })), 422, "free_plan");
	expectError(await session.post(AT, body(world, { plan_key: gone.plan_key })), 409, "plan_archived");
	for (const [field, more] of [["plan_key", { plan_key: "none" }], ["plan_key", { plan_key: undefined }], ["plan_key", { plan_id: world.plan.id }], ["plan_id", { plan_key: undefined, plan_id: other.plan.id }], ["user_id", { user_id: other.buyer.id }], ["customer_email", { customer_email: "nobody" }], ["return_url", { return_url: "https://evil.example/" }], ["provider", { provider: "cheque" }]])
		expectField(await session.post(AT, body(world, more)), field);
	expectError(await session.post(AT, body(world, { provider: "stripe" })), 409, "no_payment_provider");
	expectStatus(await session.post(AT, body({ buyer, plan: world.plan }, { provider: "manual" })), 201);
});

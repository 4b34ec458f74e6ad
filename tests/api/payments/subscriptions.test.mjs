// Plans that Stripe charges for by itself, period by period (licensing.md rule 28).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, expectStatus, paidBy, paidPlan, person, planPayment, sharedServer, stripeBegun, stripeEnded, stripeEvent, stripeInvoice, tally, tellByStripe, user } from "../../harness/index.mjs";
import { makeId } from "../../harness/secrets.mjs";

const server = await sharedServer();
const DAY = 86400000;
const inDays = (days) => Date.now() + days * DAY;

/** Somebody whose subscription has begun. */
async function make(period = "monthly") {
	const owner = await person(server);
	const project = await owner.org.project({ environment: "live" });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const hook = await paidBy(owner, project);
	const plan = await paidPlan(owner, project, { period });
	const buyer = await user(project, { server });
	const first = await planPayment(owner, project, buyer, plan);
	const subscription = makeId("sub");
	const tell = async (event) => expectStatus(await tellByStripe(server, hook, event), 200);
	await tell(stripeBegun(first, subscription));
	const planOf = async () => expectStatus(await session.get(`/api/v1/users/${buyer.id}/plan`), 200);
	const payments = async () => expectStatus(await session.get(`/api/v1/payments?user_id=${buyer.id}`), 200).data;
	const events = async (type) => Number(await server.sql.value`SELECT COUNT(*) FROM events WHERE project_id = ${project.id} AND type = ${type}`);

	return { owner, project, session, hook, plan, buyer, first, subscription, tell, planOf, payments, events };
}

test("rule 28 a renewal is a payment of its own, and the period is extended to the end that Stripe names", async () => {
	const { first, subscription, tell, planOf, payments, events } = await make();
	const begun = await planOf();
	assert.deepEqual([begun.status, begun.payment_id], ["active", first.id]);
	const to_ms = Math.floor(inDays(61) / 1000) * 1000;
	const renewal = stripeInvoice(first, subscription, { to_ms });
	await tell(renewal);
	const [second, one, ...more] = await payments();
	assert.equal(more.length, 0);
	assert.deepEqual([second.kind, second.status, second.amount, second.currency, second.plan_id, second.user_id, second.provider_ref, second.subscription_ref], ["plan", "settlement", first.amount, first.currency, first.plan_id, first.user_id, renewal.data.object.id, subscription]);
	assert.deepEqual([one.id, one.subscription_ref], [first.id, subscription]);
	const now = await planOf();
	assert.deepEqual([now.payment_id, now.status, now.cancel_at_period_end], [second.id, "active", false]);
	const over = Date.parse(now.current_period_end) - to_ms;
	assert.ok(over >= 0 && over <= 2 * 60 * 60 * 1000, `${over} ms after Stripe's end`);
	assert.equal(await events("payment.settled"), 2);
});

test("rule 28 what Stripe says in its newer shape, or without our id, finds the subscription; without a period a month is added", async () => {
	const { first, subscription, tell, planOf, payments } = await make();
	const begun = Date.parse((await planOf()).current_period_end);
	await tell(stripeInvoice(first, subscription, { subscription: undefined, subscription_details: undefined, parent: { type: "subscription_details", subscription_details: { subscription, metadata: { payment_id: first.id } } } }));
	await tell(stripeInvoice(first, subscription, { subscription_details: undefined }));
	assert.equal((await payments()).length, 3);
	const days = (Date.parse((await planOf()).current_period_end) - begun) / DAY;
	assert.ok(days >= 58 && days <= 63, `${days} days more`);
});

test("rule 27 twenty copies of a renewal at once, and twenty notifications of it: one payment, one event, twenty 200", async () => {
	const { first, subscription, hook, payments, events } = await make();
	const one = stripeInvoice(first, subscription, { to_ms: inDays(61) });
	assert.deepEqual(tally(await atOnce(20, () => tellByStripe(server, hook, one))), { 200: 20 });
	const two = stripeInvoice(first, subscription, { to_ms: inDays(92) });
	assert.deepEqual(tally(await atOnce(20, () => tellByStripe(server, hook, { ...two, id: makeId("evt") }))), { 200: 20 });
	assert.equal((await payments()).length, 3);
	assert.equal(await events("payment.settled"), 3);
	assert.equal(await events("payment.created"), 3);
});

test("rule 28 a first invoice, another's subscription, another amount and the other environment renew nothing; the next does", async () => {
	const { first, subscription, tell, payments, project } = await make();
	for (const more of [{ billing_reason: "subscription_create" }, { billing_reason: "subscription_update" }, { livemode: false }, { amount_paid: 1 }, { currency: "usd" }, { subscription: "sub_other" }, { id: undefined }, { id: "x".repeat(256) }, { subscription: null, subscription_details: null }, { id: `in_first_${first.id}` }]) {
		await tell(stripeInvoice(first, subscription, more));
		assert.equal((await payments()).length, 1, JSON.stringify(more));
	}
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE project_id = ${project.id} AND action = 'payment.mismatch'`, 2);
	await tell(stripeInvoice(first, subscription));
	assert.equal((await payments()).length, 2);
});

test("rule 28 a renewal that isn't paid is past due at once and told once; paid after all it counts again, and an older failure changes nothing", async () => {
	const { session, first, subscription, tell, planOf, events } = await make();
	const failed = stripeInvoice(first, subscription, { type: "invoice.payment_failed", amount_paid: 0 });
	await tell(failed);
	assert.equal((await planOf()).status, "past_due");
	const told = expectStatus(await session.get(`/api/v1/payments/${first.id}/notifications`), 200).data;
	assert.ok(told.some(({ status, outcome }) => status === null && outcome === "moved"), JSON.stringify(told));
	await tell({ ...failed, id: makeId("evt") });
	assert.equal(await events("plan.past_due"), 1);
	await tell(stripeInvoice(first, subscription, { id: failed.data.object.id, to_ms: inDays(31) }));
	assert.equal((await planOf()).status, "active");
	await tell({ ...failed, id: makeId("evt") });
	assert.equal((await planOf()).status, "active");
	assert.equal(await events("plan.past_due"), 1);
});

test("rule 28 a subscription that Stripe has ended ends the plan with what is paid; another's doesn't", async () => {
	const { first, subscription, tell, planOf } = await make("yearly");
	const begun = await planOf();
	assert.ok(Date.parse(begun.current_period_end) > inDays(364));
	await tell(stripeEnded(first, "sub_other"));
	assert.equal((await planOf()).cancel_at_period_end, false);
	await tell(stripeEnded(first, subscription));
	const ended = await planOf();
	assert.deepEqual([ended.status, ended.cancel_at_period_end, ended.current_period_end], ["active", true, begun.current_period_end]);
	await tell(stripeEnded(first, subscription));
	assert.deepEqual(await planOf(), ended);
});

test("whoever is charged once more after they have stopped has that period, and is stopped still", async () => {
	const { session, buyer, first, subscription, tell, planOf } = await make();
	expectStatus(await session.delete(`/api/v1/users/${buyer.id}/plan?at_period_end=true`), 200);
	await tell(stripeInvoice(first, subscription, { to_ms: inDays(61) }));
	const now = await planOf();
	assert.ok(now.cancel_at_period_end && Date.parse(now.current_period_end) >= inDays(60));
});

test("all of a renewal given back ends its plan, found by Stripe's invoice", async () => {
	const { first, subscription, tell, planOf, payments } = await make();
	const renewal = stripeInvoice(first, subscription, { to_ms: inDays(61) });
	await tell(renewal);
	const [second] = await payments();
	await tell(stripeEvent(first, { type: "charge.refunded", client_reference_id: undefined, metadata: {}, invoice: renewal.data.object.id, amount: 4900000, amount_refunded: 4900000 }));
	assert.deepEqual((await payments()).map(({ status }) => status), ["refund", "settlement"]);
	assert.notEqual((await planOf()).payment_id, second.id);
});

test("who has bought another plan since stays on it when the old one is charged once more", async () => {
	const { owner, project, buyer, first, subscription, tell, planOf, payments } = await make();
	const second = await planPayment(owner, project, buyer, await paidPlan(owner, project, { plan_key: "other" }));
	await tell(stripeBegun(second, makeId("sub")));
	assert.equal((await planOf()).plan_key, "other");
	await tell(stripeInvoice(first, subscription, { to_ms: inDays(61) }));
	const renewal = (await payments()).find(({ id }) => id !== first.id && id !== second.id);
	assert.deepEqual([renewal.status, renewal.subscription_ref], ["settlement", subscription]);
	assert.deepEqual([(await planOf()).plan_key, (await planOf()).payment_id], ["other", second.id]);
});

test("whose plan was taken away has none when it is charged once more", async () => {
	const { session, buyer, first, subscription, tell, planOf } = await make();
	expectStatus(await session.delete(`/api/v1/users/${buyer.id}/plan`), 204);
	await tell(stripeInvoice(first, subscription, { to_ms: inDays(61) }));
	assert.equal((await planOf()).plan_key, null);
});

test("two payments of one person at once: both periods are theirs, and one subscription goes on", async () => {
	for (let round = 0; round < 4; round++) {
		const { owner, project, buyer, plan, hook, session } = await make();
		expectStatus(await session.delete(`/api/v1/users/${buyer.id}/plan`), 204);
		const both = [await planPayment(owner, project, buyer, plan), await planPayment(owner, project, buyer, plan)];
		assert.deepEqual(tally(await atOnce(2, (i) => tellByStripe(server, hook, stripeBegun(both[i], makeId("sub"))))), { 200: 2 });
		const now = expectStatus(await session.get(`/api/v1/users/${buyer.id}/plan`), 200);
		assert.ok(Date.parse(now.current_period_end) > inDays(57), now.current_period_end);
	}
});

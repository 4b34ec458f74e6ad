// Payments by Stripe and Midtrans: a job makes the page where somebody pays, and asks when nothing is heard (licensing.md rules 25 and 30).

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { checkoutOf, Client, DAY, expectStatus, MIDTRANS_KEY, midtransKey, MINUTE, order, ownServer, paidBy, paidPlan, person, planPayment, projectApp, setClock, sharedBasis, stripeBegun, stripeInvoice, stripeKey, tellByStripe, until, user } from "../harness/index.mjs";
import { Cashiers } from "../harness/cashiers.mjs";
import { makeFolder, stop } from "../harness/workplace.mjs";

const basis = await sharedBasis();
const cashiers = await Cashiers.start(basis.tls, makeFolder("v"));
after(() => cashiers.stop());
const server = await ownServer({ config: { outgoing: cashiers.outgoing } });

async function make(key = stripeKey(), environment = "live") {
	const owner = await person(server);
	const project = await owner.org.project({ environment });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const hook = await paidBy(owner, project, key);
	const app = await projectApp(owner, project);
	const shop = async (more = {}) => expectStatus(await app.post("/api/v1/shop_payments", order({ amount: 49000, currency: "IDR", return_url: "http://localhost/thanks", ...more })), 201);
	const read = async ({ id }) => expectStatus(await session.get(`/api/v1/payments/${id}`), 200);
	return { owner, project, hook, session, shop, read };
}

const page = async (payment) => expectStatus(await new Client(server, { site: "auth" }).get(checkoutOf(payment)), 200);

/* Where the clock stands after the test that moves it. */
const LEFT_AT = DAY + 5 * MINUTE;

/** A job worker looks at payments when it starts, and every minute. */
async function goTo(offset_ms) {
	setClock(server, offset_ms);
	await stop(server.jobs);
	server.startJobs();
}

test("rule 25 Stripe is asked for its page with the payment's id as idempotency key, and our page leads there", async () => {
	const { shop, read } = await make();
	const one = await shop({ item_name: "Ein Körbchen & mehr" });
	await until("the page is made", async () => (await page(one)).provider_url !== null);
	assert.equal((await page(one)).provider_url, `https://checkout.stripe.com/c/pay/cs_${one.id}`);
	assert.equal((await read(one)).provider_ref, `cs_${one.id}`);
	const [asked, ...more] = cashiers.about(one.id);
	assert.equal(more.length, 0);
	assert.deepEqual([asked.host, asked.headers.authorization, asked.headers["idempotency-key"]], ["api.stripe.com", "Bearer sk_live_0123456789", one.id]);
	const form = Object.fromEntries(new URLSearchParams(asked.body));
	assert.ok(Number(form.expires_at) > Date.now() / 1000 + 3600 && Number(form.expires_at) <= Date.now() / 1000 + 86400);
	assert.deepEqual({ ...form, expires_at: null }, {
		mode: "payment", client_reference_id: one.id, customer_email: one.buyer_email, success_url: `${one.invoice_url}&back=1`, cancel_url: `${one.invoice_url}&back=1`, expires_at: null,
		"line_items[0][quantity]": "1", "line_items[0][price_data][currency]": "idr", "line_items[0][price_data][unit_amount]": "4900000",
		"line_items[0][price_data][product_data][name]": "Ein Körbchen & mehr", "metadata[payment_id]": one.id, "payment_intent_data[metadata][payment_id]": one.id,
	});
});

test("rule 29 Midtrans's page is made at the environment's own host, in whole rupiah", async () => {
	for (const [key, environment, host] of [[midtransKey(), "live", "app.midtrans.com"], [midtransKey({ secret: "SB-Mid-server-test" }), "test", "app.sandbox.midtrans.com"]]) {
		const { shop } = await make(key, environment);
		const one = await shop({ buyer_name: "Pat" });
		await until("the page is made", async () => (await page(one)).provider_url !== null);
		const [asked] = cashiers.about(one.order_id);
		assert.deepEqual([asked.host, asked.headers.authorization], [host, `Basic ${Buffer.from(`${key.secret}:`).toString("base64")}`]);
		assert.deepEqual(JSON.parse(asked.body), {
			transaction_details: { order_id: one.order_id, gross_amount: 49000 }, item_details: [{ id: one.order_id, price: 49000, quantity: 1, name: "Basket" }],
			customer_details: { email: one.buyer_email, first_name: "Pat" }, expiry: { unit: "hours", duration: 24 }, callbacks: { finish: `${one.invoice_url}&back=1` },
		});
	}
	assert.ok(MIDTRANS_KEY);
});

test("a page that the provider refuses, or that isn't https, leads nobody anywhere", async () => {
	const { shop } = await make();
	cashiers.answers.set("POST /v1/checkout/sessions", [200, { id: "cs_1", url: "javascript:alert(1)" }]);
	const one = await shop();
	await until("it was asked for", () => cashiers.about(one.id).length > 0);
	cashiers.answers.set("POST /v1/checkout/sessions", [402, { error: { message: "no" } }]);
	const two = await shop();
	await until("it was asked for", () => cashiers.about(two.id).length > 0);
	for (const each of [one, two])
		assert.deepEqual([(await page(each)).provider_url, (await page(each)).status], [null, "pending"]);
	cashiers.answers.delete("POST /v1/checkout/sessions");
});

test("rule 30 a lost notification settles: after ten minutes the provider is asked; what it doesn't know as paid expires with its time", async () => {
	const stripe = await make();
	const midtrans = await make(midtransKey());
	const paid = await stripe.shop();
	const open = await stripe.shop();
	const snap = await midtrans.shop();
	for (const one of [paid, open, snap])
		await until("the page is made", async () => (await page(one)).provider_url !== null);
	const session = (one, more) => cashiers.answers.set(`GET /v1/checkout/sessions/cs_${one.id}`, [200, { id: `cs_${one.id}`, status: "open", payment_status: "unpaid", amount_total: 4900000, currency: "idr", ...more }]);
	session(paid, { status: "complete", payment_status: "paid" });
	session(open, {});
	cashiers.answers.set(`GET /v2/${snap.order_id}/status`, [200, { transaction_status: "settlement", order_id: snap.order_id, gross_amount: "49000.00", currency: "IDR", status_code: "200" }]);
	await goTo(9 * MINUTE);
	assert.equal(cashiers.seen.filter(({ method }) => method === "GET").length, 0);
	await goTo(11 * MINUTE);
	await until("the lost one is settled", async () => (await stripe.read(paid)).status === "settlement");
	await until("Midtrans's too", async () => (await midtrans.read(snap)).status === "settlement");
	assert.equal((await stripe.read(open)).status, "pending");
	await goTo(LEFT_AT);
	await until("the other has expired", async () => (await stripe.read(open)).status === "expire");
	const types = (await server.sql.rows`SELECT type FROM events WHERE subject_id = ${paid.id} ORDER BY id`).map(({ type }) => type);
	assert.deepEqual(types, ["payment.created", "item.purchased"]);
});

const tell = async ({ hook }, event) => expectStatus(await tellByStripe(server, hook, event, { at_s: Math.floor((Date.now() + LEFT_AT) / 1000) }), 200);

/** Somebody whose plan renews itself. */
async function subscriber(place) {
	const { owner, project } = place;
	const buyer = await user(project, { server });
	const payment = await planPayment(owner, project, buyer, await paidPlan(owner, project));
	const subscription = `sub_${payment.id}`;
	await tell(place, stripeBegun(payment, subscription));
	return { buyer, payment, subscription, at: `/api/v1/users/${buyer.id}/plan` };
}

test("rule 28 a monthly or yearly plan is asked for as a subscription, one that is paid once as a payment", async () => {
	const { owner, project } = await make();
	for (const [period, interval] of [["monthly", "month"], ["yearly", "year"], ["one_time", undefined]]) {
		const one = await planPayment(owner, project, await user(project, { server }), await paidPlan(owner, project, { period }));
		await until("the page is made", async () => (await page(one)).provider_url !== null);
		const form = Object.fromEntries(new URLSearchParams(cashiers.about(one.id)[0].body));
		assert.deepEqual([form.mode, form["line_items[0][price_data][recurring][interval]"]], [interval ? "subscription" : "payment", interval]);
		const [ours, none] = ["subscription_data", "payment_intent_data"].sort((a) => (a.startsWith(form.mode) ? -1 : 1));
		assert.deepEqual([form[`${ours}[metadata][payment_id]`], form[`${none}[metadata][payment_id]`]], [one.id, undefined]);
	}
});

test("rule 28 who takes the plan away tells Stripe: with the period, at once, or by another plan; until Stripe has heard it", async () => {
	const place = await make();
	const { session } = place;
	const [later, now, replaced, renewed] = [await subscriber(place), await subscriber(place), await subscriber(place), await subscriber(place)];
	const asked = ({ subscription }) => cashiers.about(`/v1/subscriptions/${subscription}`).map(({ method, body }) => [method, body]);
	cashiers.answers.set(`POST /v1/subscriptions/${later.subscription}`, [500, { error: {} }]);
	expectStatus(await session.delete(`${later.at}?at_period_end=true`), 200);
	await until("Stripe is asked", () => asked(later).length === 1);
	cashiers.answers.set(`POST /v1/subscriptions/${later.subscription}`, [200, { id: later.subscription, cancel_at_period_end: true }]);
	expectStatus(await session.delete(now.at), 204);
	expectStatus(await session.put(replaced.at, { plan_key: (await paidPlan(place.owner, place.project)).plan_key }), 200);
	await tell(place, stripeInvoice(renewed.payment, renewed.subscription));
	await until("those are ended", () => asked(now).length === 1 && asked(replaced).length === 1);
	assert.deepEqual([asked(now), asked(replaced), asked(renewed)], [[["DELETE", ""]], [["DELETE", ""]], []]);
	setClock(server, LEFT_AT + 5 * MINUTE);
	await until("Stripe is asked again", () => asked(later).length === 2);
	assert.deepEqual(asked(later)[1], ["POST", "cancel_at_period_end=true"]);
	await until("no job is left", async () => await server.sql.value`SELECT COUNT(*) FROM jobs WHERE kind = 'subscription_end'` === 0);
});

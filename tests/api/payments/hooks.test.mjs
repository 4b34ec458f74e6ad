// Connections to payment providers, and what those tell (licensing.md rules 27 to 30, automation.md rules 7, 8, 10, 32).

import assert from "node:assert/strict";
import { test } from "node:test";
import Stripe from "stripe";
import { atOnce, Client, connection, expectError, expectField, expectStatus, item, makeId, midtransKey, midtransNotice, order, paidBy, paidPlan, person, projectApp, sharedServer, signedByStripe, STRIPE_SECRET, stripeEvent, stripeKey, tally, user } from "../../harness/index.mjs";

const server = await sharedServer();

async function make(key = stripeKey(), environment = "live") {
	const owner = await person(server);
	const project = await owner.org.project({ environment });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const app = await projectApp(owner, project);
	const hook = await paidBy(owner, project, key);
	const shop = async (more = {}) => expectStatus(await app.post("/api/v1/shop_payments", order({ amount: 49000, currency: "IDR", ...more })), 201);
	const status = async ({ id }) => expectStatus(await session.get(`/api/v1/payments/${id}`), 200).status;
	return { owner, project, session, app, hook, shop, status, at: `/hooks/${hook.id}` };
}

const nobody = () => new Client(server, { check: false });
const byStripe = (at, event, options) => {
	const body = JSON.stringify(event);
	return nobody().request("POST", at, { body, headers: { "Content-Type": "application/json; charset=utf-8", ...signedByStripe(body, options) } });
};
const byMidtrans = (at, notice) => nobody().request("POST", at, { body: JSON.stringify(notice), headers: { "Content-Type": "application/json" } });
const eventsOf = async ({ id }) => (await server.sql.rows`SELECT type FROM events WHERE subject_id = ${id} ORDER BY id`).map(({ type }) => type);

test("a connection is one of a provider, its secrets are never shown, a key of the other environment is refused", async () => {
	const { owner, project, session, hook } = await make();
	assert.deepEqual([hook.provider, hook.status, hook.has_inbound_secret, hook.hook_url], ["stripe", "connected", true, `${server.url}/hooks/${hook.id}`]);
	const again = expectStatus(await session.post("/api/v1/connections", { provider: "stripe", secret: "rk_live_other" }), 200);
	assert.deepEqual([again.id, again.has_inbound_secret], [hook.id, true]);
	const post = (body) => session.post("/api/v1/connections", body);
	expectError(await post(stripeKey({ secret: "sk_test_1" })), 422, "secret_environment_mismatch");
	expectError(await post(midtransKey({ secret: "SB-Mid-server-1" })), 422, "secret_environment_mismatch");
	for (const [field, value] of [["secret", "pk_live_1"], ["secret", "sk_live_ 1"], ["inbound_secret", "secret"], ["provider", "paypal"]])
		expectField(await post(stripeKey({ [field]: value })), field);
	expectField(await post(midtransKey({ inbound_secret: STRIPE_SECRET })), "inbound_secret", "not_for_provider");
	const test = await owner.org.project({ environment: "test" });
	const there = await owner.session({ headers: { "X-Project-Id": test.id } });
	expectStatus(await there.post("/api/v1/connections", stripeKey({ secret: "sk_test_1" })), 201);
	const [row] = await server.sql.rows`SELECT * FROM connections WHERE id = ${hook.id}`;
	const events = await server.sql.rows`SELECT data FROM events WHERE project_id = ${project.id}`;
	for (const text of [...Object.values(row), ...events.map(({ data }) => data)])
		assert.ok(!String(text).includes("sk_live_") && !String(text).includes(STRIPE_SECRET));
	const sign = (one, inbound_secret, by = session) => by.patch(`/api/v1/connections/${one.id}`, { inbound_secret });
	const unsigned = expectStatus(await there.post("/api/v1/connections", stripeKey({ secret: "sk_test_2", inbound_secret: undefined })), 200);
	expectField(await sign(unsigned, "secret", there), "inbound_secret", "pattern");
	expectError(await sign(unsigned, "whsec_other"), 404, "not_found");
	assert.equal(expectStatus(await sign(unsigned, "whsec_other", there), 200).has_inbound_secret, true);
	const midtrans = expectStatus(await post(midtransKey()), 201);
	expectField(await sign(midtrans, "whsec_other"), "inbound_secret", "not_for_provider");
	expectStatus(await sign(hook, "whsec_other"), 200);
	const believed = (secret) => byStripe(`/hooks/${hook.id}`, { id: makeId("evt"), livemode: true }, { secret });
	expectError(await believed(STRIPE_SECRET), 401, "bad_signature");
	expectStatus(await believed("whsec_other"), 200);
	const revoked = expectStatus(await session.post(`/api/v1/connections/${hook.id}/revoke`, {}), 200);
	assert.deepEqual([revoked.status, revoked.has_inbound_secret], ["revoked", false]);
	expectStatus(await session.post(`/api/v1/connections/${hook.id}/revoke`, {}), 200);
	expectError(await sign(hook, "whsec_other"), 404, "not_found");
	expectError(await byStripe(`/hooks/${hook.id}`, { id: "evt_1" }), 404, "not_found");
	assert.notEqual(expectStatus(await session.post("/api/v1/connections", stripeKey()), 201).id, hook.id);
});

test("a payment provider needs its own connection; one that was revoked is paid by no more", async () => {
	const { owner, project, session, app, hook, shop } = await make();
	const put = (provider, body) => session.put(`/api/v1/payment_providers/${provider}`, body);
	expectField(await put("midtrans", { connection_id: hook.id }), "connection_id", "unknown");
	expectField(await put("stripe", {}), "connection_id", "required");
	expectField(await put("stripe", { connection_id: hook.id, instructions: "x" }), "instructions", "not_for_provider");
	expectField(await put("manual", { connection_id: hook.id, instructions: "x" }), "connection_id", "not_for_provider");
	expectStatus(await app.post("/api/v1/shop_payments", order()), 201);
	expectError(await app.post("/api/v1/shop_payments", order({ currency: "UGX" })), 422, "currency_not_supported");
	const ugandan = await item(owner, project, { currency: "UGX" });
	expectError(await app.post(`/api/v1/items/${ugandan.id}/purchase`, { buyer_email: "buyer@example.com" }), 422, "currency_not_supported");
	const plan = await paidPlan(owner, project, { currency: "UGX" });
	const buyer = await user(project, { server });
	expectError(await session.post("/api/v1/payments", { user_id: buyer.id, plan_key: plan.plan_key, customer_email: "buyer@example.com" }), 422, "currency_not_supported");
	const made = await shop();
	for (const verb of ["settle", "cancel"])
		expectError(await session.post(`/api/v1/payments/${made.id}/${verb}`, { reference: "R1" }), 409, "not_manual");
	expectStatus(await session.post(`/api/v1/connections/${hook.id}/revoke`, {}), 200);
	expectError(await app.post("/api/v1/shop_payments", order()), 409, "no_payment_provider");
	expectField(await put("stripe", { connection_id: hook.id }), "connection_id", "unknown");
});

test("rule 28 Stripe's own library signs, and one changed octet, another secret, an old time or none is 401", async () => {
	const { at, shop, status } = await make();
	const one = await shop();
	const body = JSON.stringify(stripeEvent(one));
	const send = (text, header) => nobody().request("POST", at, { body: text, headers: { "Content-Type": "application/json", ...(header === null ? {} : { "Stripe-Signature": header }) } });
	const stripe = new Stripe("sk_test_1");
	const now = Math.floor(Date.now() / 1000);
	const header = (secret = STRIPE_SECRET, timestamp = now) => stripe.webhooks.generateTestHeaderString({ payload: body, secret, timestamp });
	for (const [text, signature] of [[body.replace("49", "48"), header()], [`${body} `, header()], [body, header("whsec_other")], [body, header(STRIPE_SECRET, now - 310)], [body, header(STRIPE_SECRET, now + 310)], [body, null], [body, ""], [body, `t=${now}`], [body, header().replace("v1=", "v0=")], [body, header().replace(/t=\d+/, `t=${now + 1}`)]])
		expectError(await send(text, signature), 401, "bad_signature");
	assert.equal(await status(one), "pending");
	const [t, v1] = header().split(",");
	assert.deepEqual(expectStatus(await send(body, `${t},v1=${"0".repeat(64)},${v1}`), 200), { received: true, duplicate: false });
	assert.equal(await status(one), "settlement");
	expectError(await send("{}", header()), 401, "bad_signature");
});

test("rules 26 and 28 Stripe's events move a payment: paid, refused, expired, refunded in parts; the other environment's don't", async () => {
	const { at, shop, status } = await make();
	const tell = async (one, more, wanted) => {
		expectStatus(await byStripe(at, stripeEvent(one, more)), 200);
		assert.equal(await status(one), wanted, JSON.stringify(more));
	};
	const one = await shop();
	await tell(one, { livemode: false }, "pending");
	await tell(one, { payment_status: "unpaid" }, "pending");
	await tell(one, { type: "checkout.session.async_payment_failed", payment_status: "unpaid" }, "deny");
	await tell(one, { type: "checkout.session.async_payment_succeeded" }, "settlement");
	await tell(one, { type: "checkout.session.expired" }, "settlement");
	const refund = (amount_refunded) => ({ type: "charge.refunded", client_reference_id: undefined, metadata: { payment_id: one.id }, amount: 4900000, amount_refunded });
	await tell(one, refund(1000000), "refund");
	await tell(one, refund(1000000), "refund");
	await tell(one, refund(4900000), "refund");
	assert.deepEqual(await eventsOf(one), ["payment.created", "payment.failed", "item.purchased", "payment.refunded", "payment.refunded"]);
	const late = await shop();
	await tell(late, { type: "checkout.session.expired" }, "expire");
	expectStatus(await byStripe(at, { id: "evt_1", type: "customer.created", livemode: true, data: { object: { id: "cus_1", tax: 1.5 } } }), 200);
});

test("rule 27 twenty copies of one notification at once, and twenty different ones: one move, one event, twenty 200", async () => {
	const { at, shop, status } = await make();
	const one = await shop();
	const event = stripeEvent(one);
	assert.deepEqual(tally(await atOnce(20, () => byStripe(at, event))), { 200: 20 });
	const two = await shop();
	assert.deepEqual(tally(await atOnce(20, () => byStripe(at, stripeEvent(two)))), { 200: 20 });
	for (const each of [one, two]) {
		assert.equal(await status(each), "settlement");
		assert.deepEqual(await eventsOf(each), ["payment.created", "item.purchased"]);
	}
	assert.equal(expectStatus(await byStripe(at, event), 200).duplicate, true);
});

test("rule 30 another amount or currency moves nothing and is recorded; an order that isn't there is ignored", async () => {
	const { at, shop, status, project, app, hook } = await make();
	const one = await shop();
	for (const more of [{ amount_total: 4900001 }, { amount_total: 4900000.5 }, { currency: "usd" }, { amount_total: null }]) {
		expectStatus(await byStripe(at, stripeEvent(one, more)), 200);
		assert.equal(await status(one), "pending");
	}
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE target_id = ${one.id} AND action = 'payment.mismatch'`, 4);
	expectStatus(await byStripe(at, stripeEvent(one)), 200);
	const other = await make();
	const told = expectStatus(await app.get(`/api/v1/payments/${one.id}/notifications?limit=2&include_total=true`), 200);
	const rest = expectStatus(await app.get(`/api/v1/payments/${one.id}/notifications?cursor=${told.next_cursor}`), 200);
	assert.equal(told.total, 5);
	assert.deepEqual([...told.data, ...rest.data].map(({ status, outcome, connection_id }) => [status, outcome, connection_id]),
		["moved", "mismatch", "mismatch", "mismatch", "mismatch"].map((outcome) => ["settlement", outcome, hook.id]));
	expectError(await other.app.get(`/api/v1/payments/${one.id}/notifications`), 404, "not_found");
	const theirs = await other.shop();
	for (const id of [theirs.id, "pay_0000000000000000", "x"])
		expectStatus(await byStripe(at, stripeEvent({ ...one, id })), 200);
	assert.equal(await other.status(theirs), "pending");
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM payment_notifications WHERE project_id = ${project.id} AND outcome = 'ignored'`, 3);
	expectStatus(await byStripe(at, stripeEvent(one)), 200);
	assert.equal(await status(one), "settlement");
});

test("rule 29 Midtrans's notifications, signed in the body, move a payment; a changed one is 401", async () => {
	const { at, shop, status } = await make(midtransKey());
	const tell = async (one, more, wanted) => {
		expectStatus(await byMidtrans(at, midtransNotice(one, more)), 200);
		assert.equal(await status(one), wanted, JSON.stringify(more));
	};
	const one = await shop();
	expectError(await byMidtrans(at, midtransNotice(one, { key: "Mid-server-other" })), 401, "bad_signature");
	expectError(await byMidtrans(at, { ...midtransNotice(one), gross_amount: "1.00" }), 401, "bad_signature");
	expectError(await byMidtrans(at, { ...midtransNotice(one), signature_key: undefined }), 401, "bad_signature");
	expectError(await byMidtrans(at, "nothing"), 401, "bad_signature");
	await tell(one, { transaction_status: "pending", status_code: "201" }, "pending");
	await tell(one, { transaction_status: "authorize" }, "pending");
	await tell(one, { transaction_status: "capture", fraud_status: "challenge" }, "pending");
	await tell(one, { gross_amount: "48999.00" }, "pending");
	await tell(one, { transaction_status: "capture", fraud_status: undefined }, "pending");
	await tell(one, { transaction_status: "capture", fraud_status: "accept" }, "capture");
	await tell(one, { transaction_status: "settlement" }, "settlement");
	await tell(one, { transaction_status: "partial_refund", refund_amount: "1000.00" }, "refund");
	assert.deepEqual(await eventsOf(one), ["payment.created", "item.purchased", "payment.refunded"]);
	for (const [said, wanted] of [["deny", "deny"], ["failure", "deny"], ["cancel", "cancel"], ["expire", "expire"]])
		await tell(await shop(), { transaction_status: said }, wanted);
});

test("the contract's vectors: a notification of Midtrans with the published signature", async () => {
	const { at, app } = await make(midtransKey({ secret: "SB-Mid-server-test" }), "test");
	expectStatus(await app.post("/api/v1/shop_payments", order({ amount: 49000, currency: "IDR", order_id: "pay_0000000000000001" })), 201);
	const notice = midtransNotice({ order_id: "pay_0000000000000001", amount: 49000 }, { key: "SB-Mid-server-test" });
	assert.equal(notice.signature_key, "699022a025b26b662064438bf641189d0e614a4a5fb5e866184dc966b554d5595432746ab5d3fb0b740d96dd61e84f07e262738627fbfe5dbd79662faaccee28");
	expectStatus(await byMidtrans(at, notice), 200);
	expectError(await app.post("/api/v1/shop_payments", order({ currency: "EUR" })), 422, "currency_not_supported");
});

test("a refund of all of it ends the plan that it paid for", async () => {
	const { owner, project, session, at } = await make();
	const buyer = await user(project, { server });
	const plan = await paidPlan(owner, project);
	const one = expectStatus(await session.post("/api/v1/payments", { user_id: buyer.id, plan_key: plan.plan_key, customer_email: "buyer@example.com" }), 201);
	expectStatus(await byStripe(at, stripeEvent(one)), 200);
	const planOf = async () => expectStatus(await session.get(`/api/v1/users/${buyer.id}/plan`), 200).plan_key;
	assert.equal(await planOf(), plan.plan_key);
	const refund = (amount_refunded) => stripeEvent(one, { type: "charge.refunded", metadata: { payment_id: one.id }, amount: 4900000, amount_refunded });
	expectStatus(await byStripe(at, refund(100)), 200);
	assert.equal(await planOf(), plan.plan_key);
	expectStatus(await byStripe(at, refund(4900000)), 200);
	assert.notEqual(await planOf(), plan.plan_key);
});

test("a hook without a secret to judge by, of nobody, or too large is refused", async () => {
	const { owner } = await make();
	const project = await owner.org.project();
	const { id } = await connection(owner, project, { inbound_secret: undefined });
	const body = JSON.stringify({ id: "evt_1" });
	const send = (at, text) => nobody().request("POST", at, { body: text, headers: { "Content-Type": "application/json", ...signedByStripe(text) } });
	expectError(await send(`/hooks/${id}`, body), 404, "not_found");
	expectError(await send("/hooks/con_0000000000000000", body), 404, "not_found");
	expectError(await send("/hooks/x", body), 400, "invalid_id");
});

// What a project sells, and who pays for it.

import { createHash, createHmac } from "node:crypto";
import { Client } from "./http.mjs";
import { makeId } from "./secrets.mjs";

const sellerOf = (owner, project) => owner.session({ headers: { "X-Project-Id": project.id } });

async function made(answer, status = 201) {
	if (answer.status !== status)
		throw new Error(`${answer.status} ${answer.text}`);
	return answer.json;
}

export const INSTRUCTIONS = "Transfer to DE02 1203 0000 0000 2020 51\nand name the order.";

/** The project is paid by hand from now on. */
export async function manualProvider(owner, project) {
	const answer = await (await sellerOf(owner, project)).put("/api/v1/payment_providers/manual", { instructions: INSTRUCTIONS });
	if (answer.status !== 200 && answer.status !== 201)
		throw new Error(`${answer.status} ${answer.text}`);
	return answer.json;
}

export async function item(owner, project, body = {}) {
	return made(await (await sellerOf(owner, project)).post("/api/v1/items", { name: "Sticker", price: 500, currency: "EUR", ...body }));
}

/** An application of the project's own, which proves itself by the secret of the default client. */
export async function projectApp(owner, project) {
	const session = await owner.session();
	const { client_secret } = await made(await session.post(`/api/v1/clients/${project.clientId}/rotate_secret`, {}, { headers: { "X-Project-Id": project.id } }), 200);
	return new Client(owner.server, { headers: { Authorization: `Basic ${Buffer.from(`${project.clientId}:${client_secret}`).toString("base64")}` } });
}

export const order = (more = {}) => ({ amount: 4900, currency: "EUR", order_id: makeId("ord"), buyer_email: "buyer@example.com", item_name: "Basket", ...more });

/** A payment that is pending, by whoever the project is paid. */
export async function payment(owner, project, body = {}) {
	await manualProvider(owner, project);
	const { id: item_id } = await item(owner, project);
	const { id } = await made(await new Client(owner.server).post(`/api/v1/items/${item_id}/purchase`, { client_id: project.clientId, buyer_email: "buyer@example.com", ...body }));
	return made(await (await sellerOf(owner, project)).get(`/api/v1/payments/${id}`), 200);
}

/** One of which its provider has told twice. */
export async function toldPayment(owner, project) {
	const one = await payment(owner, project);
	const { server } = owner;
	for (const [word, outcome] of [["deny", "mismatch"], ["settlement", "moved"]])
		await server.sql.run`INSERT INTO payment_notifications (project_id, connection_id, body_digest, payment_id, status, outcome, received_at, received_until)
			VALUES (${project.id}, 'con_0000000000000000', UNHEX(SHA2(${one.id + word}, 256)), ${one.id}, ${word}, ${outcome}, NOW(3), NOW(3) + INTERVAL 30 DAY)`;
	return one;
}

/** What the page asks for, at a payment's invoice_url. */
export function checkoutOf({ id, invoice_url }) {
	return `/api/v1/checkout/${id}?t=${new URL(invoice_url).searchParams.get("t")}`;
}

/** A plan that costs something. */
export async function paidPlan(owner, project, body = {}) {
	return made(await (await sellerOf(owner, project)).post("/api/v1/plans", { plan_key: makeId("key"), display_name: "Pro", price: 49000, currency: "IDR", period: "monthly", ...body }));
}

// ---- providers

export const STRIPE_SECRET = "whsec_test_secret";
export const MIDTRANS_KEY = "Mid-server-test";

export const stripeKey = (more = {}) => ({ provider: "stripe", secret: "sk_live_0123456789", inbound_secret: STRIPE_SECRET, ...more });
export const midtransKey = (more = {}) => ({ provider: "midtrans", secret: MIDTRANS_KEY, inbound_secret: undefined, ...more });

/** A connection to Stripe, unless body says otherwise. */
export async function connection(owner, project, body = {}) {
	const answer = await (await sellerOf(owner, project)).post("/api/v1/connections", stripeKey(body));
	return made(answer, answer.status === 200 ? 200 : 201);
}

/** The project is paid by that provider from now on; gives the connection. */
export async function paidBy(owner, project, key = stripeKey()) {
	const one = await connection(owner, project, key);
	await made(await (await sellerOf(owner, project)).put(`/api/v1/payment_providers/${key.provider}`, { connection_id: one.id, is_default: true }));
	return one;
}

/** Headers of a body that Stripe sends now. */
export function signedByStripe(text, { secret = STRIPE_SECRET, at_s = Math.floor(Date.now() / 1000) } = {}) {
	const mac = createHmac("sha256", secret).update(`${at_s}.${text}`).digest("hex");
	return { "Stripe-Signature": `t=${at_s},v1=${mac}` };
}

/** What Stripe tells of a payment's checkout session. */
export function stripeEvent(payment, { type = "checkout.session.completed", livemode = true, ...object } = {}) {
	const { id, amount, currency } = payment;
	const session = { id: "cs_1", object: "checkout.session", client_reference_id: id, payment_status: "paid", amount_total: currency === "IDR" ? amount * 100 : amount, currency: currency.toLowerCase(), ...object };
	return { id: makeId("evt"), object: "event", type, livemode, data: { object: session } };
}

/** The checkout session of a plan that renews itself is paid: its subscription has begun. */
export const stripeBegun = (payment, subscription, more = {}) => stripeEvent(payment, { subscription, invoice: `in_first_${payment.id}`, ...more });

/** What Stripe tells of a subscription's invoice: of a renewal that is paid, unless more says otherwise. to_ms: the period's end. */
export function stripeInvoice({ id, amount, currency }, subscription, { type = "invoice.paid", livemode = true, to_ms, ...more } = {}) {
	const lines = to_ms === undefined ? undefined : { object: "list", data: [{ period: { start: 1, end: Math.floor(to_ms / 1000) } }] };
	const invoice = { id: makeId("in"), object: "invoice", billing_reason: "subscription_cycle", subscription, subscription_details: { metadata: { payment_id: id } }, amount_paid: currency === "IDR" ? amount * 100 : amount, currency: currency.toLowerCase(), lines, ...more };
	return { id: makeId("evt"), object: "event", type, livemode, data: { object: invoice } };
}

/** Stripe has ended a subscription. */
export const stripeEnded = ({ id }, subscription) => ({ id: makeId("evt"), object: "event", type: "customer.subscription.deleted", livemode: true, data: { object: { id: subscription, object: "subscription", metadata: { payment_id: id } } } });

/** Somebody begins to pay for a plan, as an application of the project asks for it. */
export async function planPayment(owner, project, { id: user_id }, { plan_key }) {
	return made(await (await sellerOf(owner, project)).post("/api/v1/payments", { user_id, plan_key, customer_email: "buyer@example.com" }));
}

/** A notification as Stripe sends it; gives the answer. */
export function tellByStripe(server, hook, event, options) {
	const body = JSON.stringify(event);
	return new Client(server, { check: false }).request("POST", `/hooks/${hook.id}`, { body, headers: { "Content-Type": "application/json; charset=utf-8", ...signedByStripe(body, options) } });
}

/** What Midtrans tells of one, signed. */
export function midtransNotice({ order_id, amount }, { key = MIDTRANS_KEY, ...more } = {}) {
	const notice = { transaction_time: "2026-01-15 10:30:00", transaction_status: "settlement", transaction_id: makeId("trx"), status_code: "200", payment_type: "bank_transfer", order_id, gross_amount: `${amount}.00`, currency: "IDR", fraud_status: "accept", ...more };
	const signature_key = createHash("sha512").update(`${notice.order_id}${notice.status_code}${notice.gross_amount}${key}`).digest("hex");
	return { ...notice, signature_key, ...("signature_key" in more ? { signature_key: more.signature_key } : {}) };
}

/** The console is paid by hand from now on, so that organizations can pay for plans and invoices. */
export async function manualConsole(server) {
	await server.sql.rows`INSERT INTO payment_providers (project_id, provider, connection_id, instructions, is_default, version, created_at, updated_at)
		VALUES (${server.consoleId}, 'manual', NULL, ${INSTRUCTIONS}, TRUE, 1, NOW(3), NOW(3)) ON DUPLICATE KEY UPDATE version = version`;
}

// Requests that succeed on the routes of items, payments, and those by whom a project is paid (samples.mjs says what a sample is).

import { Client } from "../../harness/http.mjs";
import * as fixtures from "../../harness/fixtures.mjs";
import * as payments from "../../harness/payments.mjs";
import { makeEmail, makeId } from "../../harness/secrets.mjs";

export const itemOf = (world) => payments.item(world.owner, world.project);
export const connectionOf = (world) => payments.connection(world.owner, world.project);
export const paymentOf = (world) => payments.payment(world.owner, world.project);

export const paymentSamples = {
	"GET /api/v1/items": async () => ({}),
	"POST /api/v1/items": async () => ({ json: { name: "Sticker", price: 500, currency: "EUR" }, status: 201 }),
	...Object.fromEntries(Object.entries({ GET: {}, PATCH: { json: { name: "Renamed" } }, DELETE: { status: 204 } }).map(([method, more]) =>
		[`${method} /api/v1/items/{id}`, async (world) => ({ target: `/api/v1/items/${(await itemOf(world)).id}`, ...more })])),
	"POST /api/v1/items/{id}/purchase": async (world) => {
		await payments.manualProvider(world.owner, world.project);
		const { id } = await itemOf(world);
		return { by: new Client(world.server), target: `/api/v1/items/${id}/purchase`, json: { client_id: world.project.clientId, buyer_email: makeEmail() }, status: 201 };
	},
	"POST /api/v1/shop_payments": async (world) => {
		await payments.manualProvider(world.owner, world.project);
		return { by: await payments.projectApp(world.owner, world.project), json: payments.order(), status: 201 };
	},
	"POST /api/v1/payments": async (world) => {
		await payments.manualProvider(world.owner, world.project);
		const { id: plan_id } = await payments.paidPlan(world.owner, world.project);
		return { json: { user_id: (await fixtures.user(world.project, { server: world.server })).id, plan_id, customer_email: makeEmail() }, status: 201 };
	},
	"GET /api/v1/connections": async () => ({}),
	"POST /api/v1/connections": async () => ({ json: payments.stripeKey(), status: 201 }),
	"GET /api/v1/connections/{id}": async (world) => ({ target: `/api/v1/connections/${(await connectionOf(world)).id}` }),
	"PATCH /api/v1/connections/{id}": async (world) => ({ target: `/api/v1/connections/${(await connectionOf(world)).id}`, json: { inbound_secret: payments.STRIPE_SECRET } }),
	"POST /api/v1/connections/{id}/revoke": async (world) => ({ target: `/api/v1/connections/${(await connectionOf(world)).id}/revoke`, json: {} }),
	"POST /hooks/{id}": async (world) => {
		const { id } = await connectionOf(world);
		const json = { id: "evt_1", type: "nothing.of_ours", livemode: true };
		return { by: new Client(world.server, { headers: payments.signedByStripe(JSON.stringify(json)) }), target: `/hooks/${id}`, json };
	},
	"GET /api/v1/payments": async () => ({}),
	"GET /api/v1/payments/{id}": async (world) => ({ target: `/api/v1/payments/${(await paymentOf(world)).id}` }),
	"GET /api/v1/payments/{id}/notifications": async (world) => ({ target: `/api/v1/payments/${(await payments.toldPayment(world.owner, world.project)).id}/notifications` }),
	...Object.fromEntries(["settle", "cancel"].map((verb) =>
		[`POST /api/v1/payments/{id}/${verb}`, async (world) => ({ target: `/api/v1/payments/${(await paymentOf(world)).id}/${verb}`, json: { reference: makeId("ref") } })])),
	"GET /api/v1/checkout/{id}": async (world) => ({ target: payments.checkoutOf(await paymentOf(world)) }),
	...Object.fromEntries(Object.entries({ GET: {}, PUT: { json: { instructions: "Transfer it." } }, DELETE: { status: 204 } }).map(([method, more]) =>
		[`${method} /api/v1/payment_providers/{provider}`, async (world) => {
			await payments.manualProvider(world.owner, world.project);
			return { target: "/api/v1/payment_providers/manual", ...more };
		}])),
};

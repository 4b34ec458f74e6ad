// What a project sells, and who pays for it.

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

/** What the page asks for, at a payment's invoice_url. */
export function checkoutOf({ id, invoice_url }) {
	return `/api/v1/checkout/${id}?t=${new URL(invoice_url).searchParams.get("t")}`;
}

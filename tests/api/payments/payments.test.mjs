// Payments: shop orders, the page where they are paid, and the word of whoever sees the money (licensing.md sections 3 and 5).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, checkoutOf, Client, expectError, expectField, expectStatus, INSTRUCTIONS, manualProvider, order, payment, person, projectApp, sharedServer, tally, user } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/payments";
const SHOP = "/api/v1/shop_payments";

async function make() {
	const owner = await person(server);
	const project = await owner.org.project();
	await manualProvider(owner, project);
	return { owner, project, session: await owner.session({ headers: { "X-Project-Id": project.id } }), app: await projectApp(owner, project) };
}

test("a shop's order is kept as it was said, once, and found by its order_id", async () => {
	const { app, session } = await make();
	const said = order({ buyer_name: "Pat", metadata: { seats: 3, note: "ö" }, return_url: "http://localhost/thanks" });
	const made = expectStatus(await app.post(SHOP, said), 201);
	for (const [name, value] of Object.entries(said))
		assert.deepEqual(made[name], value, name);
	assert.deepEqual([made.kind, made.status, made.provider, made.refunded_amount, made.user_id, made.item_id, made.plan_id], ["shop", "pending", "manual", 0, null, null, null]);
	expectError(await app.post(SHOP, said), 409, "order_id_exists");
	assert.deepEqual(expectStatus(await app.get(`${AT}?order_id=${said.order_id}`), 200).data, [made]);
	assert.deepEqual(expectStatus(await session.get(`${AT}/${made.id}`), 200), made);
	const counts = tally(await atOnce(10, () => app.post(SHOP, order({ order_id: "one" }))));
	assert.deepEqual(counts, { 201: 1, 409: 9 });
	const other = await make();
	expectStatus(await other.app.post(SHOP, said), 201);
	expectError(await other.app.get(`${AT}/${made.id}`), 404, "not_found");
	for (const [field, value] of [["amount", 0], ["amount", undefined], ["currency", "eur"], ["order_id", "a b"], ["order_id", "x".repeat(51)], ["order_id", "ä"], ["order_id", ""], ["buyer_email", "x"], ["item_name", undefined], ["metadata", { a: {} }], ["metadata", []], ["metadata", { a: "x".repeat(4097) }], ["return_url", "https://evil.example"], ["return_url", "http://localhost.evil.example/"]])
		expectField(await app.post(SHOP, order({ [field]: value })), field);
});

test("the list is filtered by status, kind and buyer", async () => {
	const { owner, project, app, session } = await make();
	const shop = expectStatus(await app.post(SHOP, order()), 201);
	const bought = await payment(owner, project);
	const ids = async (query) => expectStatus(await session.get(`${AT}?${query}`), 200).data.map(({ id }) => id);
	assert.deepEqual(await ids("kind=shop"), [shop.id]);
	assert.deepEqual(await ids("kind=item"), [bought.id]);
	assert.deepEqual(await ids("status=pending"), [bought.id, shop.id]);
	assert.deepEqual(await ids("status=settlement"), []);
	assert.deepEqual(await ids(`user_id=${(await user(project, { server })).id}`), []);
	expectField(await session.get(`${AT}?status=paid`), "status");
});

test("rule 25 the page at invoice_url is let in by its token alone, and shows neither who buys nor their address", async () => {
	const { owner, project, session } = await make();
	const made = await payment(owner, project, { buyer_name: "Pat" });
	const page = new Client(server, { site: "auth" });
	const shown = expectStatus(await page.get(checkoutOf(made)), 200);
	assert.deepEqual(shown, { status: "pending", provider: "manual", amount: 500, currency: "EUR", order_id: made.id, item_name: "Sticker", project_name: project.name, provider_url: null, instructions: INSTRUCTIONS, return_url: null, expires_at: made.expires_at });
	const other = await payment(owner, project);
	for (const [id, t] of [[made.id, checkoutOf(other).split("t=")[1]], [other.id, checkoutOf(made).split("t=")[1]], [made.id, "x"], ["pay_0000000000000000", "x"]])
		expectError(await page.get(`/api/v1/checkout/${id}?t=${t}`), 404, "not_found");
	expectField(await page.get(`/api/v1/checkout/${made.id}`), "t", "required");
	expectStatus(await session.post(`${AT}/${made.id}/settle`, { reference: made.id }), 200);
	const after = expectStatus(await page.get(checkoutOf(made)), 200);
	assert.deepEqual([after.status, after.instructions], ["settlement", null]);
	assert.equal(expectStatus(await session.get(`${AT}/${made.id}`), 200).invoice_url, null);
	const stored = await server.sql.rows`SELECT token_digest FROM payments WHERE id = ${made.id}`;
	assert.equal(stored[0].token_digest.length, 32);
	const [token] = checkoutOf(made).split("t=").slice(1);
	const events = await server.sql.rows`SELECT data FROM events WHERE subject_id = ${made.id}`;
	assert.ok(events.length >= 2 && events.every(({ data }) => !String(data).includes(token)));
});

test("rule 27 twenty who settle at once are one: the event tells order, item, buyer and time", async () => {
	const { owner, project, session } = await make();
	const made = await payment(owner, project, { buyer_name: "Pat" });
	const paid_at = new Date(Date.now() - 86400000).toISOString();
	const counts = tally(await atOnce(20, () => session.post(`${AT}/${made.id}/settle`, { reference: "DE-1", paid_at })));
	assert.deepEqual(counts, { 200: 1, 409: 19 });
	const settled = expectStatus(await session.get(`${AT}/${made.id}`), 200);
	assert.deepEqual([settled.status, settled.provider_ref, settled.paid_at], ["settlement", "DE-1", paid_at]);
	const rows = await server.sql.rows`SELECT type, data FROM events WHERE subject_id = ${made.id} ORDER BY id`;
	assert.deepEqual(rows.map(({ type }) => type), ["payment.created", "item.purchased"]);
	assert.deepEqual(JSON.parse(rows[1].data), { payment_id: made.id, order_id: made.id, item_id: made.item_id, item_name: "Sticker", buyer_email: "buyer@example.com", buyer_name: "Pat", amount: 500, currency: "EUR", paid_at, metadata: {} });
});

test("rule 26 a cancelled payment may still come, a settled one isn't cancelled; one reference settles one payment", async () => {
	const { owner, project, session } = await make();
	const made = await payment(owner, project);
	const move = (one, verb, body) => session.post(`${AT}/${one.id}/${verb}`, body);
	assert.equal(expectStatus(await move(made, "cancel", {}), 200).status, "cancel");
	expectError(await move(made, "cancel", {}), 409, "invalid_transition");
	expectField(await move(made, "settle", {}), "reference", "required");
	expectField(await move(made, "settle", { reference: "a b" }), "reference");
	expectField(await move(made, "settle", { reference: "R1", paid_at: "2099-01-01T00:00:00Z" }), "paid_at", "range");
	expectField(await move(made, "settle", { reference: "R1", paid_at: "2020-01-01T00:00:00Z" }), "paid_at", "range");
	assert.equal(expectStatus(await move(made, "settle", { reference: "R1" }), 200).status, "settlement");
	expectError(await move(made, "settle", { reference: "R1" }), 409, "invalid_transition");
	expectError(await move(made, "cancel", {}), 409, "invalid_transition");
	const second = await payment(owner, project);
	expectField(await move(second, "settle", { reference: "R1" }), "reference", "unique");
	expectStatus(await move(second, "settle", { reference: "R2" }), 200);
	const rows = await server.sql.rows`SELECT type FROM events WHERE subject_id = ${made.id} ORDER BY id`;
	assert.deepEqual(rows.map(({ type }) => type), ["payment.created", "payment.failed", "item.purchased"]);
});

test("a payment provider is set up, changed and taken away; payments that have begun go on", async () => {
	const { owner, project, session } = await make();
	const path = "/api/v1/payment_providers/manual";
	const made = await payment(owner, project);
	assert.deepEqual((({ provider, connection_id, instructions, is_default }) => ({ provider, connection_id, instructions, is_default }))(expectStatus(await session.get(path), 200)), { provider: "manual", connection_id: null, instructions: INSTRUCTIONS, is_default: false });
	assert.equal(expectStatus(await session.put(path, { instructions: "New", is_default: true }), 200).is_default, true);
	assert.equal(expectStatus(await session.put(path, { instructions: "Newer" }), 200).is_default, true);
	expectField(await session.put(path, {}), "instructions", "required");
	expectField(await session.put(path, { instructions: "x".repeat(4097) }), "instructions");
	expectError(await session.put("/api/v1/payment_providers/cheque", { instructions: "x" }), 404, "not_found");
	expectStatus(await session.delete(path), 204);
	expectError(await session.get(path), 404, "not_found");
	expectStatus(await session.post(`${AT}/${made.id}/settle`, { reference: "R" }), 200);
	const rows = await server.sql.rows`SELECT action FROM audit_events WHERE project_id = ${project.id} AND action LIKE 'payment_provider.%' ORDER BY id`;
	assert.equal(rows.at(-1).action, "payment_provider.deleted");
});

test("whoever buys and is deleted leaves the payment", async () => {
	const { owner, project, session } = await make();
	const made = await payment(owner, project);
	const buyer = await user(project, { server });
	await server.sql.run`UPDATE payments SET user_id = ${buyer.id} WHERE id = ${made.id}`;
	assert.equal(expectStatus(await session.get(`${AT}?user_id=${buyer.id}`), 200).data.length, 1);
	expectStatus(await session.delete(`/api/v1/users/${buyer.id}`), 204);
	assert.equal(expectStatus(await session.get(`${AT}/${made.id}`), 200).user_id, null);
});

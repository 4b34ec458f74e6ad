// Items, and their purchase by anybody (licensing.md section 3, rule 25).

import assert from "node:assert/strict";
import { test } from "node:test";
import { atOnce, Client, expectError, expectField, expectStatus, item, manualProvider, payment, person, projectApp, sharedServer, tally } from "../../harness/index.mjs";

const server = await sharedServer();
const AT = "/api/v1/items";

async function make() {
	const owner = await person(server);
	const project = await owner.org.project();
	return { owner, project, session: await owner.session({ headers: { "X-Project-Id": project.id } }), anybody: new Client(server), of: `client_id=${project.clientId}` };
}

test("an item that says what it must has the defaults, is changed member by member, and is deleted while nobody bought it", async () => {
	const { session } = await make();
	const { id, created_at: _, updated_at: __, ...rest } = expectStatus(await session.post(AT, { name: "Café sticker", price: 500, currency: "EUR" }), 201);
	assert.match(id, /^itm_[a-z0-9]{16}$/);
	const same = { name: "Café sticker", description: null, price: 500, currency: "EUR", custom_amount: false, active: true };
	assert.deepEqual(rest, same);
	for (const [name, value] of [["name", "x".repeat(255)], ["description", "two\nlines"], ["description", null], ["price", 999999999999], ["currency", "IDR"], ["custom_amount", true], ["active", false]]) {
		const { id: _, created_at: __, updated_at: ___, ...after } = expectStatus(await session.patch(`${AT}/${id}`, { [name]: value }), 200);
		assert.deepEqual(after, Object.assign(same, { [name]: value }), name);
	}
	expectStatus(await session.delete(`${AT}/${id}`), 204);
	expectError(await session.get(`${AT}/${id}`), 404, "not_found");
	const rows = await server.sql.rows`SELECT action FROM audit_events WHERE target_id = ${id} ORDER BY id`;
	assert.deepEqual([rows[0].action, rows.at(-1).action, rows.length], ["item.created", "item.deleted", 9]);
});

test("what no item may be is a 422 that names it; its neighbour passes", async () => {
	const { session } = await make();
	const good = { name: "x", price: 1, currency: "USD" };
	for (const [field, value] of [["name", ""], ["name", "x".repeat(256)], ["price", -1], ["price", 0], ["price", 1.5], ["price", "1"], ["price", 1_000_000_000_000], ["currency", "usd"], ["currency", "US"], ["currency", "DOLLAR"], ["description", "x".repeat(1001)], ["custom_amount", "yes"], ["trigger", "x"]])
		expectStatus(await session.post(AT, { ...good, [field]: value }), 422);
	expectField(await session.post(AT, { ...good, price: 0 }), "price", "range");
	const free = expectStatus(await session.post(AT, { ...good, price: 0, custom_amount: true, description: "x".repeat(1000) }), 201);
	expectField(await session.patch(`${AT}/${free.id}`, { custom_amount: false }), "price", "range");
});

test("anybody sees what is for sale of the project they name, and nothing else; a bad credential stays one", async () => {
	const { owner, project, session, anybody, of } = await make();
	const open = await item(owner, project);
	const hidden = await item(owner, project, { active: false });
	assert.deepEqual(expectStatus(await anybody.get(`${AT}?${of}`), 200).data.map(({ id }) => id), [open.id]);
	assert.deepEqual(expectStatus(await anybody.get(`${AT}?${of}&active=false`), 200).data.map(({ id }) => id), [open.id]);
	assert.equal(expectStatus(await anybody.get(`${AT}/${open.id}?${of}`), 200).name, "Sticker");
	expectError(await anybody.get(`${AT}/${hidden.id}?${of}`), 404, "not_found");
	expectField(await anybody.get(AT), "client_id", "required");
	expectError(await anybody.get(`${AT}?client_id=proj_000000000000000000000000`), 404, "not_found");
	const other = await make();
	expectError(await anybody.get(`${AT}/${open.id}?${other.of}`), 404, "not_found");
	assert.deepEqual(expectStatus(await session.get(AT), 200).data.map(({ id }) => id), [hidden.id, open.id]);
	assert.deepEqual(expectStatus(await session.get(`${AT}?active=true`), 200).data.map(({ id }) => id), [open.id]);
	expectError(await anybody.with({ bearer: "nonsense" }).get(`${AT}?${of}`), 401, "unauthorized");
	const without = await owner.org.key({ project, scopes: ["license.read"] });
	expectError(await without.get(AT), 403, "insufficient_scope");
	const viewer = await (await owner.org.member("viewer")).session({ headers: { "X-Project-Id": project.id } });
	assert.equal(expectStatus(await viewer.get(AT), 200).data.length, 2);
});

test("a purchase by anybody answers where it is paid; the amount is the price, or more where buyers may give more", async () => {
	const { owner, project, session, anybody } = await make();
	const fixed = await item(owner, project);
	const given = await item(owner, project, { price: 100, custom_amount: true });
	const buy = (one, more = {}, by = anybody) => by.post(`${AT}/${one.id}/purchase`, { client_id: project.clientId, buyer_email: "buyer@example.com", ...more });
	expectError(await buy(fixed), 409, "no_payment_provider");
	await manualProvider(owner, project);
	const { id, order_id, invoice_url, ...rest } = expectStatus(await buy(fixed, { buyer_name: "Pat" }), 201);
	assert.deepEqual([order_id, rest], [id, {}]);
	assert.match(id, /^pay_[a-z0-9]{16}$/);
	assert.match(invoice_url, new RegExp(`^https://auth\\.localhost:\\d+/p/${project.clientId}/pay/${id}\\?t=[A-Za-z0-9_-]{43}$`));
	const shown = expectStatus(await session.get(`/api/v1/payments/${id}`), 200);
	assert.deepEqual([shown.kind, shown.status, shown.amount, shown.currency, shown.provider, shown.item_id, shown.item_name, shown.buyer_email, shown.buyer_name, shown.invoice_url, shown.paid_at], ["item", "pending", 500, "EUR", "manual", fixed.id, "Sticker", "buyer@example.com", "Pat", invoice_url, null]);
	assert.equal(Date.parse(shown.expires_at) - Date.parse(shown.created_at), 7 * 86400000);
	for (const amount of [499, 500, 501])
		expectError(await buy(fixed, { amount }), 403, "amount_not_allowed");
	expectError(await buy(given, { amount: 99 }), 403, "amount_not_allowed");
	const more = expectStatus(await buy(given, { amount: 101 }), 201);
	assert.equal(expectStatus(await session.get(`/api/v1/payments/${more.id}`), 200).amount, 101);
	const app = await projectApp(owner, project);
	const less = expectStatus(await buy(fixed, { client_id: undefined, amount: 1 }, app), 201);
	assert.equal(expectStatus(await session.get(`/api/v1/payments/${less.id}`), 200).amount, 1);
	for (const [field, value] of [["buyer_email", "nobody"], ["buyer_email", undefined], ["amount", 0], ["return_url", "https://evil.example/"], ["return_url", "javascript:alert(1)"], ["client_id", undefined]])
		expectField(await buy(given, { amount: 101, [field]: value }), field);
	expectStatus(await buy(given, { return_url: "http://localhost/thanks" }), 201);
	expectStatus(await session.patch(`${AT}/${given.id}`, { active: false }), 200);
	expectError(await buy(given, { amount: 101 }), 404, "not_found");
});

test("an item without a price is paid what buyers say", async () => {
	const { owner, project, anybody } = await make();
	await manualProvider(owner, project);
	const { id } = await item(owner, project, { price: 0, custom_amount: true });
	const buy = (more) => anybody.post(`${AT}/${id}/purchase`, { client_id: project.clientId, buyer_email: "buyer@example.com", ...more });
	expectField(await buy({}), "amount", "required");
	expectStatus(await buy({ amount: 1 }), 201);
});

test("an item that somebody began to buy isn't deleted; of purchases and a deletion at once the item lives or none is left", async () => {
	const { owner, project, session, anybody } = await make();
	const { item_id } = await payment(owner, project);
	expectError(await session.delete(`${AT}/${item_id}`), 409, "item_in_use");
	const { id } = await item(owner, project);
	const counts = tally(await atOnce(6, (i) => i === 3 ? session.delete(`${AT}/${id}`) : anybody.post(`${AT}/${id}/purchase`, { client_id: project.clientId, buyer_email: "buyer@example.com" })));
	assert.ok(counts[204] === 1 ? counts[404] === 5 : counts[201] === 5 && counts[409] === 1, JSON.stringify(counts));
});

// An organization pays for its plan and its invoices, by whoever the console is paid (licensing.md section 3, rules 26 and 36).

import assert from "node:assert/strict";
import { test } from "node:test";
import { consolePlan, DAY, expectError, expectField, expectStatus, invoice, manualConsole, operator, ownServer, person, setClock } from "../../harness/index.mjs";
import { makeId } from "../../harness/secrets.mjs";

const server = await ownServer();
const AT = "/api/v1/billing/checkout";
const keeper = await operator(server);

async function make() {
	const owner = await person(server);
	const { org } = owner;
	return { owner, org, session: await owner.session({ headers: { "X-Org-Id": org.id } }) };
}

/** Whoever runs the installation sees that the money came. */
async function settle({ id }, more = {}) {
	const session = await keeper.session({ headers: { "X-Project-Id": server.consoleId } });
	return expectStatus(await session.post(`/api/v1/payments/${id}/settle`, { reference: makeId("ref"), ...more }), 200);
}

test("without anybody by whom the console is paid: 409; who has no billing.write, or signed in long ago: 403", async () => {
	const { owner, org, session } = await make();
	const id = await invoice(org, { server });
	expectError(await session.post(AT, { invoice_id: id }), 409, "no_payment_provider");
	await manualConsole(server);
	const manager = await (await owner.org.member("manager")).session({ headers: { "X-Org-Id": org.id } });
	expectError(await manager.post(AT, { invoice_id: id }), 403, "forbidden");
	expectError(await (await owner.token()).post(AT, { invoice_id: id }), 403, "credential_not_allowed");
	const late = await owner.session({ headers: { "X-Org-Id": org.id } });
	setClock(server, 10 * 60 * 1000);
	expectError(await late.post(AT, { invoice_id: id }), 403, "reauthentication_required");
	setClock(server, 0);
	expectStatus(await session.post(AT, { invoice_id: id }), 201);
});

test("an invoice is paid once: a second try gives the same payment, settlement makes it paid, and both say so", async () => {
	await manualConsole(server);
	const { org, session } = await make();
	const id = await invoice(org, { server, number: 4711, total: 5200 });
	const payment = expectStatus(await session.post(AT, { invoice_id: id }), 201);
	assert.deepEqual([payment.kind, payment.amount, payment.currency, payment.invoice_id, payment.org_id, payment.item_name, payment.status], ["invoice", 5200, "USD", id, org.id, "Invoice No. 4711", "pending"]);
	assert.ok(payment.invoice_url.startsWith(`${server.url}/pay/${payment.id}?t=`));
	assert.ok(payment.return_url.endsWith(`/dashboard/orgs/${org.id}/billing`));
	assert.equal(expectStatus(await session.post(AT, { invoice_id: id }), 200).id, payment.id);
	const read = async () => expectStatus(await session.get(`/api/v1/invoices/${id}`), 200);
	assert.deepEqual([(await read()).status, (await read()).payment_id], ["open", payment.id]);
	const { paid_at } = await settle(payment);
	assert.deepEqual([(await read()).status, (await read()).payment_id, (await read()).paid_at], ["paid", payment.id, paid_at]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM audit_events WHERE org_id = ${org.id} AND target_id = ${id} AND action = 'invoice.paid'`, 1);
	assert.deepEqual((await server.sql.rows`SELECT project_id FROM events WHERE type = 'invoice.paid' AND subject_id = ${id}`).map(({ project_id }) => project_id), [org.defaultProject.id]);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE type = 'payment.settled' AND subject_id = ${payment.id}`, 1);
	expectError(await session.post(AT, { invoice_id: id }), 409, "invoice_not_open");
	const other = await make();
	expectField(await other.session.post(AT, { invoice_id: id }), "invoice_id", "unknown");
});

test("a payment that came to nothing is followed by another; of two that come after all the first pays", async () => {
	await manualConsole(server);
	const { org, session } = await make();
	const id = await invoice(org, { server });
	const first = expectStatus(await session.post(AT, { invoice_id: id }), 201);
	const cashier = await keeper.session({ headers: { "X-Project-Id": server.consoleId } });
	expectStatus(await cashier.post(`/api/v1/payments/${first.id}/cancel`, {}), 200);
	const second = expectStatus(await session.post(AT, { invoice_id: id }), 201);
	assert.notEqual(second.id, first.id);
	await settle(second);
	await settle(first);
	assert.equal(expectStatus(await session.get(`/api/v1/invoices/${id}`), 200).payment_id, second.id);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM events WHERE type = 'invoice.paid' AND subject_id = ${id}`, 1);
});

test("a plan that is paid is the organization's for its period; what isn't for sale is refused by name", async () => {
	await manualConsole(server);
	const { org, session } = await make();
	const plan = await consolePlan(server, { price: 2900, is_default: false });
	const free = await consolePlan(server, { is_default: false });
	const hidden = await consolePlan(server, { price: 100, is_default: false });
	const gone = await consolePlan(server, { price: 100, is_default: false });
	const african = await consolePlan(server, { price: 100, currency: "UGX", is_default: false });
	await server.sql.rows`UPDATE plans SET is_public = FALSE WHERE id = ${hidden.id}`;
	await server.sql.rows`UPDATE plans SET is_archived = TRUE WHERE id = ${gone.id}`;
	const post = (body) => session.post(AT, body);
	expectError(await post({ plan_key: free.plan_key }), 422, "free_plan");
	expectError(await post({ plan_key: gone.plan_key }), 409, "plan_archived");
	for (const body of [{ plan_key: hidden.plan_key }, { plan_key: "none" }, {}, { plan_key: plan.plan_key, invoice_id: "ivc_0000000000000000" }])
		expectField(await post(body), "plan_key");
	await server.sql.rows`UPDATE payment_providers SET provider = 'stripe' WHERE project_id = ${server.consoleId}`;
	expectError(await post({ plan_key: african.plan_key }), 422, "currency_not_supported");
	await server.sql.rows`UPDATE payment_providers SET provider = 'manual' WHERE project_id = ${server.consoleId}`;
	const offered = expectStatus(await session.get("/api/v1/billing"), 200).plans.map(({ plan_key }) => plan_key);
	assert.ok(offered.includes(plan.plan_key) && offered.includes(free.plan_key) && !offered.includes(hidden.plan_key) && !offered.includes(gone.plan_key));
	const payment = expectStatus(await post({ plan_key: plan.plan_key }), 201);
	assert.deepEqual([payment.kind, payment.plan_id, payment.org_id, payment.amount], ["plan", plan.id, org.id, 2900]);
	assert.equal(expectStatus(await post({ plan_key: plan.plan_key }), 200).id, payment.id, "whoever presses twice owes once");
	await settle(payment);
	const billing = expectStatus(await session.get("/api/v1/billing"), 200);
	assert.equal(billing.plan.plan_key, plan.plan_key);
	assert.deepEqual([billing.next_invoice.lines, billing.next_invoice.total], [[], 0], "what is paid isn't billed again");
	const days = (Date.parse(billing.plan.current_period_end) - Date.now()) / DAY;
	assert.ok(days > 27 && days <= 31, `${days} days`);
	assert.equal((await (await make()).session.get("/api/v1/billing")).json.plan, null);
});

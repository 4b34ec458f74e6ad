// The page where a payment is made: how to pay by hand, the way to a provider's page, how it went, and the way back.

import assert from "node:assert/strict";
import { test } from "node:test";
import { connection, expectStatus, ownServer, payment, person } from "../harness/index.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const serving = ownServer({ jobs: false });

async function make(body) {
	const server = await serving;
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Analytical Engines" });
	const project = owner.org.defaultProject;
	return { server, owner, project, session: await owner.session({ headers: { "X-Project-Id": project.id } }), made: await payment(owner, project, body) };
}

test("a payment by hand: amount, instructions and order, and the thanks once it was seen", async () => {
	const { session, made } = await make({ return_url: "http://localhost/thanks" });
	const { page, ...browser } = await openBrowser();
	await page.goto(made.invoice_url);
	await page.getByRole("heading", { name: "Pay €5.00" }).waitFor();
	await page.getByText("Transfer to DE02 1203 0000 0000 2020 51").waitFor();
	await page.getByText(`Order ${made.order_id}`).waitFor();
	assert.equal(await page.getByRole("link", { name: "Back to localhost" }).getAttribute("href"), "http://localhost/thanks");
	assert.ok(!(await page.content()).includes("buyer@example.com"));
	await assertGoodPage(page);
	if (process.env.PAY_SHOT)
		await page.screenshot({ path: process.env.PAY_SHOT });
	expectStatus(await session.post(`/api/v1/payments/${made.id}/settle`, { reference: "R1" }), 200);
	await page.goto(made.invoice_url);
	await page.getByRole("heading", { name: "Paid" }).waitFor();
	await page.getByText("€5.00 arrived").waitFor();
	await browser.close();
});

test("a provider's page is led to once it is there; whoever comes back isn't led there again; a wrong link says so", async () => {
	const { server, owner, project, made } = await make();
	const { id } = await connection(owner, project);
	await server.sql.run`UPDATE payments SET provider = 'stripe', connection_id = ${id} WHERE id = ${made.id}`;
	const { page, context, ...browser } = await openBrowser();
	await context.route("https://checkout.stripe.com/**", (route) => route.fulfill({ contentType: "text/html", body: "<title>Stripe</title><h1>Stripe</h1>" }));
	await page.goto(made.invoice_url);
	await page.getByText("The payment page is being prepared").waitFor();
	await server.sql.run`UPDATE payments SET provider_url = 'https://checkout.stripe.com/c/pay/cs_1' WHERE id = ${made.id}`;
	await page.getByRole("heading", { name: "Stripe" }).waitFor();
	await page.goto(`${made.invoice_url}&back=1`);
	await page.getByRole("link", { name: "Go to the payment page" }).waitFor();
	await page.goto(`${made.invoice_url}x`);
	await page.getByRole("heading", { name: "There is no such payment" }).waitFor();
	await browser.close();
});

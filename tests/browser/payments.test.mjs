// Payments, items and payment providers in the dashboard: the project is paid by hand and by Stripe, sells an item, and sees the money.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, item, manualProvider, ownServer, payment, person, STRIPE_SECRET, toldPayment } from "../harness/index.mjs";
import { openBrowserOf } from "./browser.mjs";

const serving = ownServer({ jobs: false });

async function make({ width, environment } = {}) {
	const server = await serving;
	const owner = await person(server);
	const project = await owner.org.project({ environment });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const browser = await openBrowserOf(server, owner, { width });
	const { page } = browser;
	return { server, owner, project, session, browser, page, dialog: page.getByRole("dialog"), at: `${server.url}/dashboard/projects/${project.id}/payments` };
}

/** Goes by the Tab key until it is there: nothing that matters may be out of the keyboard's reach. */
async function tabTo(page, target) {
	for (let steps = 0; steps < 60; steps++) {
		if (await target.evaluate((element) => element === document.activeElement))
			return;
		await page.keyboard.press("Tab");
	}
	assert.fail("the keyboard doesn't get there");
}

test("section 8 payments: found by order and state, settled and called off by the keyboard alone", async () => {
	const { owner, project, session, page, dialog, at } = await make();
	await page.goto(at);
	await page.getByText("Nobody has paid yet").waitFor();
	await page.getByText("Refunds happen at the provider").waitFor();
	const paid = await payment(owner, project);
	const other = await payment(owner, project, { buyer_email: "other@example.com" });
	await page.goto(at);
	await page.getByRole("row", { name: new RegExp(other.order_id) }).waitFor();

	await tabTo(page, page.getByLabel("Find a payment"));
	await page.keyboard.type(paid.order_id);
	await page.getByText("other@example.com").waitFor({ state: "detached" });
	const link = page.getByRole("link", { name: "Sticker" });
	await tabTo(page, link);
	await page.keyboard.press("Enter");
	await page.getByText("Nobody tells when the money comes").waitFor();
	await page.getByText(paid.invoice_url).waitFor();
	await tabTo(page, page.getByRole("button", { name: "The money came" }));
	await page.keyboard.press("Enter");
	await dialog.getByLabel("Reference").waitFor();
	await tabTo(page, dialog.getByLabel("Reference"));
	await page.keyboard.type("with blanks");
	await page.keyboard.press("Enter");
	await dialog.locator("[id$=-error]").waitFor();
	await page.keyboard.press("Control+A");
	await page.keyboard.type("DE-1");
	await page.keyboard.press("Enter");
	await page.getByText("It is paid. What is given back").waitFor();
	const settled = expectStatus(await session.get(`/api/v1/payments/${paid.id}`), 200);
	assert.deepEqual([settled.status, settled.provider_ref], ["settlement", "DE-1"]);

	await page.goto(`${at}/${other.id}`);
	await page.getByRole("button", { name: "Call it off" }).click();
	await dialog.getByRole("button", { name: "Call it off" }).click();
	await page.getByText("Called off", { exact: true }).waitFor();
	assert.equal(await page.getByRole("button", { name: "Call it off" }).count(), 0);
	await page.getByRole("button", { name: "The money came" }).waitFor();
	await page.goto(at);
	await page.getByLabel("Status").selectOption("Called off");
	await page.getByText(paid.order_id).waitFor({ state: "detached" });
	await page.getByText(other.order_id).waitFor();
});

test("section 8 a payment by a provider: what it told, and no word by hand", async () => {
	const { server, owner, project, page, at } = await make();
	const one = await toldPayment(owner, project);
	await server.sql.run`UPDATE payments SET provider = 'midtrans' WHERE id = ${one.id}`;
	await page.goto(`${at}/${one.id}`);
	await page.getByRole("row", { name: /Paid Taken/ }).waitFor();
	await page.getByRole("row", { name: /Denied Another amount/ }).waitFor();
	await page.getByText("Refunds happen at Midtrans").waitFor();
	assert.equal(await page.getByRole("button", { name: "The money came" }).count(), 0);
});

test("section 8 items: made, changed, sold by a link, and deleted unless somebody bought one", async () => {
	const { owner, project, session, page, dialog, at } = await make();
	await manualProvider(owner, project);
	await page.goto(`${at}/items`);
	await page.getByText("Sell a first item").waitFor();
	await page.getByRole("button", { name: "New item" }).first().click();
	await dialog.getByLabel("Name").fill("Sticker");
	await dialog.getByLabel("Currency").fill("EUR");
	await dialog.getByRole("button", { name: "Make item" }).click();
	await dialog.getByText("needs custom_amount").waitFor();
	await dialog.getByLabel("Price").fill("500");
	await dialog.getByText("500 is €5.00").waitFor();
	await dialog.getByRole("button", { name: "Make item" }).click();
	await page.getByRole("row", { name: /Sticker.*€5\.00.*For sale/ }).waitFor();

	await page.getByRole("button", { name: "Edit Sticker" }).click();
	await dialog.getByLabel("Buyers may give more").check();
	await dialog.getByRole("button", { name: "Save" }).click();
	await page.getByRole("row", { name: /From €5\.00/ }).waitFor();

	await page.getByRole("button", { name: "Sell Sticker" }).click();
	await dialog.getByLabel("Buyer's e-mail address").fill("ada@example.com");
	await dialog.getByLabel("Amount").fill("700");
	await dialog.getByRole("button", { name: "Make link" }).click();
	const link = await dialog.getByLabel("Link for the buyer", { exact: true }).innerText();
	const [bought] = expectStatus(await session.get("/api/v1/payments"), 200).data;
	assert.deepEqual([bought.invoice_url, bought.amount, bought.buyer_email], [link.trim(), 700, "ada@example.com"]);

	await dialog.getByRole("button", { name: "Cancel" }).click();
	await page.getByRole("button", { name: "Delete Sticker" }).click();
	await dialog.getByRole("button", { name: "Delete item" }).click();
	await dialog.getByText("Take it off sale instead").waitFor();
	await dialog.getByRole("button", { name: "Cancel" }).click();
	const unsold = await item(owner, project, { name: "Poster" });
	await page.goto(`${at}/items`);
	await page.getByRole("button", { name: "Delete Poster" }).click();
	await dialog.getByRole("button", { name: "Delete item" }).click();
	await page.getByRole("row", { name: /Poster/ }).waitFor({ state: "detached" });
	expectStatus(await session.get(`/api/v1/items/${unsold.id}`), 404);
});

test("section 8 providers: by hand and by Stripe in a test project, with the address to paste, the default, and the way out", async () => {
	const { session, page, dialog, at } = await make({ environment: "test" });
	await page.goto(`${at}/providers`);
	await page.getByRole("button", { name: "Set up By hand" }).click();
	await dialog.getByLabel("Instructions").fill("Transfer to DE02 1203");
	await dialog.getByRole("button", { name: "Save" }).click();
	await page.getByLabel("Instructions", { exact: true }).getByText("Transfer to DE02 1203").waitFor();

	const stripe = page.getByRole("region", { name: "Stripe", exact: true });
	await page.getByRole("button", { name: "Set up Stripe" }).click();
	await dialog.getByLabel("Secret key").fill("sk_live_0123456789");
	await dialog.getByRole("button", { name: "Save" }).click();
	await dialog.getByText("other environment").first().waitFor();
	await dialog.getByLabel("Secret key").fill("sk_test_0123456789");
	await dialog.getByRole("button", { name: "Save" }).click();
	await stripe.getByText("Test", { exact: true }).waitFor();
	await stripe.getByText("Stripe isn't believed yet").waitFor();
	const { data: [connection] } = expectStatus(await session.get("/api/v1/connections"), 200);
	assert.equal((await stripe.getByLabel("Address for Stripe", { exact: true }).innerText()).trim(), connection.hook_url);
	await page.getByRole("button", { name: "Store the signing secret" }).click();
	await dialog.getByLabel("Signing secret").fill(STRIPE_SECRET);
	await dialog.getByRole("button", { name: "Save" }).click();
	await stripe.getByText("Stripe isn't believed yet").waitFor({ state: "detached" });
	await page.getByRole("button", { name: "Make default: Stripe" }).click();
	await stripe.getByText("Default", { exact: true }).waitFor();

	await page.getByRole("button", { name: "Take away Stripe" }).click();
	await dialog.getByLabel("Wipe the key for good").check();
	await dialog.getByLabel("Type stripe to confirm").fill("stripe");
	await dialog.getByRole("button", { name: "Take away" }).click();
	await stripe.getByText("Not set up").waitFor();
	assert.equal(expectStatus(await session.get(`/api/v1/connections/${connection.id}`), 200).status, "revoked");
});

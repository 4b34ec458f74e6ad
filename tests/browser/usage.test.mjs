// Use and limits in the dashboard: a meter is made, a limit set, the bar shows both; the organization's billing and an invoice to print.

import assert from "node:assert/strict";
import { test } from "node:test";
import { consolePlan, invoice, manualConsole, ownServer, person, use, user } from "../harness/index.mjs";
import { openBrowserOf } from "./browser.mjs";

test("a meter, its limit and its bar; the organization's bill and a printed invoice", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project({ name: "Shop" });
	const someone = await user(project, { server });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");

	await page.goto(`${server.url}/dashboard/projects/${project.id}/usage`);
	await page.getByText("Count something of your own").waitFor();
	await page.getByRole("button", { name: "New meter" }).click();
	await dialog.getByLabel("Name").fill("AI tokens");
	await dialog.getByLabel("Key").fill("AI");
	await dialog.getByLabel("Unit").fill("tokens");
	await dialog.getByRole("button", { name: "Make meter" }).click();
	await dialog.locator("[aria-invalid=true]").waitFor();
	await dialog.getByLabel("Key").fill("ai_tokens");
	await dialog.getByRole("button", { name: "Make meter" }).click();
	await page.getByRole("table", { name: "Meters" }).getByText("AI tokens").waitFor();
	await page.getByRole("button", { name: "Limit of AI tokens" }).click();
	await dialog.getByLabel("In a month").fill("1000");
	await dialog.getByRole("button", { name: "Set limit" }).click();
	await page.getByText("0 of 1,000", { exact: true }).waitFor();
	assert.deepEqual((await session.get("/api/v1/project_limits")).json, { limits: { ai_tokens: 1000 } });

	assert.equal((await session.post("/api/v1/usage/consume", use({ meter_key: "ai_tokens" }, someone, { quantity: 850 }))).status, 200);
	await page.reload();
	await page.getByText("850 of 1,000", { exact: true }).waitFor();
	await page.getByRole("img", { name: "AI tokens: 850 of 1,000 used" }).waitFor();

	await consolePlan(server, { price: 4900, meters: [{ meter_key: "ai_tokens", included: 100, overage: { unit: 100, price: 250 } }] });
	assert.equal((await session.post("/api/v1/usage/consume", use({ meter_key: "ai_tokens" }, someone, { quantity: 150 }))).status, 200);
	const bill = await invoice(owner.org, { server, number: 7 });
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/billing`);
	await page.getByText("$51.50 if the month ended now").waitFor();
	await page.getByText("150 of 100, 50 beyond").waitFor();
	await page.getByRole("link", { name: "Shop" }).last().waitFor();
	await page.getByRole("button", { name: "Choose a plan" }).click();
	await dialog.getByRole("radio", { name: "Team (current): $49.00 a month" }).check();
	await dialog.getByRole("button", { name: "Pay $49.00" }).click();
	await dialog.getByText("The project hasn't set up by whom it is paid. Do that first.", { exact: true }).waitFor();
	await manualConsole(server);
	await dialog.getByRole("button", { name: "Pay $49.00" }).click();
	await page.getByText("name the order").waitFor();
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/billing`);
	await page.getByRole("button", { name: "Pay invoice No. 7" }).click();
	await page.getByText("Invoice No. 7").waitFor();
	await page.getByText("name the order").waitFor();
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/billing`);
	await page.getByRole("link", { name: "No. 7" }).click();
	await page.getByRole("heading", { level: 1, name: "Invoice No. 7" }).waitFor();
	await page.emulateMedia({ media: "print" });
	await page.getByRole("button", { name: "Print" }).waitFor({ state: "hidden" });
	await page.getByText("$49.00").first().waitFor();
	assert.ok(page.url().endsWith(bill));
	await browser.close();
});

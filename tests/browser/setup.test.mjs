// A new installation, by hand: set it up, make a project, mint a key, use it, revoke it.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { test } from "node:test";
import { Client, makePassword, ownServer, until } from "../harness/index.mjs";
import { ROOT } from "../harness/workplace.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const PICTURE = path.join(ROOT, "docs/images/dashboard.png");

async function setupLink(server) {
	const { stdout } = await server.ctl(["setup"]);
	const link = /https:\/\/\S+\/setup#gset_\w+/.exec(stdout)?.[0];
	assert.ok(link, `gatehousectl setup prints the link: ${stdout}`);
	return link;
}

test("an owner sets up, makes a project, mints a key that works, and revokes it", async () => {
	const server = await ownServer({ state: "empty" });
	const browser = await openBrowser();
	const { page } = browser;
	const link = await setupLink(server);

	await page.goto(server.url);
	await page.getByRole("heading", { name: "This installation has no owner yet" }).waitFor();
	await page.getByText("Open the set-up link that the installation printed").waitFor();
	await assertGoodPage(page, "sign-in before set-up");
	for (const name of ["sign-up", "forgot"]) {
		await page.goto(`${server.url}/${name}`);
		await page.getByRole("heading", { name: "This installation has no owner yet" }).waitFor();
	}

	await page.goto(link);
	await page.getByRole("heading", { name: "Set up Gatehouse" }).waitFor();
	await assertGoodPage(page, "set-up");
	await page.getByLabel("Your name").fill("Ada Lovelace");
	await page.getByLabel("E-mail address").fill("ada@example.com");
	await page.getByLabel("Password", { exact: true }).fill("password");
	await page.getByLabel("Name of your organization").fill("Analytical Engines");
	await page.getByRole("button", { name: "Set up" }).click();
	await page.locator("#field-password[aria-invalid]").waitFor();
	await page.getByLabel("Password", { exact: true }).fill(makePassword());
	await page.getByRole("button", { name: "Set up" }).click();

	await page.getByRole("heading", { name: "Projects" }).waitFor();
	await page.getByRole("link", { name: /Default/ }).first().waitFor();

	await page.getByRole("button", { name: "New project" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Name").fill("Shop");
	await dialog.getByRole("button", { name: "View as API" }).click();
	await assertGoodPage(page, "the dialog for a new project");
	assert.match(await dialog.getByLabel("curl for POST", { exact: true }).innerText(), /-X POST .*\/api\/v1\/projects'/);
	await dialog.getByRole("button", { name: "Create project" }).click();
	await dialog.getByText("Copy it now.").waitFor();
	await assertGoodPage(page, "a client secret");
	assert.match(await dialog.getByLabel(".env lines", { exact: true }).innerText(), /GATEHOUSE_CLIENT_ID=proj_\w{24}\nGATEHOUSE_CLIENT_SECRET=sec_\w+/);
	await dialog.getByRole("button", { name: "I have stored it" }).click();

	await page.getByRole("heading", { level: 1, name: "Shop" }).waitFor();
	await page.getByRole("link", { name: "Create a key" }).click();
	await page.getByRole("button", { name: "New service key" }).first().click();
	await dialog.getByLabel("Name").fill("Billing worker");
	await dialog.getByRole("button", { name: "Create key" }).click();
	const secret = await dialog.getByLabel("Service key", { exact: true }).innerText();
	assert.match(secret, /^gsk_test_\w{38}$/);
	await dialog.getByRole("button", { name: "I have stored it" }).click();

	const program = new Client(server, { bearer: secret });
	assert.equal((await program.get("/api/v1/whoami")).status, 200);
	await takePicture(page);

	await page.getByRole("link", { name: "API keys" }).first().click();
	await page.getByRole("button", { name: "Actions for Billing worker" }).click();
	await page.getByRole("menuitem", { name: "Revoke" }).click();
	await assertGoodPage(page, "the question before revoking");
	await dialog.getByRole("button", { name: "Revoke" }).click();
	await page.getByText("revoked", { exact: true }).waitFor();
	assert.equal((await program.get("/api/v1/whoami")).status, 401);

	await page.goto(link);
	await page.getByRole("heading", { name: "Already set up" }).waitFor();
	browser.assertCalm();
	await browser.close();
});

/** The README's picture, taken anew where it is asked for: GATEHOUSE_PICTURES=1. */
async function takePicture(page) {
	await page.getByRole("link", { name: "Overview" }).click();
	await page.getByRole("heading", { name: "API keys" }).waitFor();
	// Counters of use are written in batches.
	await until("the key's use is shown", async () => {
		await page.reload();
		return page.getByRole("row", { name: /Billing worker/ }).getByText("just now").waitFor({ timeout: 2000 }).then(() => true, () => false);
	}, { patience_ms: 20000 });
	await page.getByRole("heading", { name: "What happened last" }).waitFor();
	await page.setViewportSize({ width: 1280, height: 980 });
	const image = await page.screenshot();
	assert.ok(image.length > 20000, "the picture shows something");
	if (process.env.GATEHOUSE_PICTURES) {
		fs.mkdirSync(path.dirname(PICTURE), { recursive: true });
		fs.writeFileSync(PICTURE, image);
	}
}

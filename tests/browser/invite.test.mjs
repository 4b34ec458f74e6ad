// A colleague is invited, opens the link, makes an account and is in; the same link works once.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEmail, makePassword, ownServer, person, waitForMail } from "../harness/index.mjs";
import { assertGoodPage, openBrowser, openBrowserOf } from "./browser.mjs";
import { invite } from "./inviting.mjs";

const serving = ownServer();

test("who is invited signs up by the mailed link and stands among the members with the role", async () => {
	const server = await serving;
	const owner = await person(server, { orgName: "Analytical Engines" });
	const email = makeEmail("invited");
	const inviting = await openBrowserOf(server, owner);
	const shown = await invite(inviting.page, server, owner, email, "manager");
	const mail = await waitForMail(server, email);
	assert.equal(mail.url, shown, "the mail has the link that was shown");

	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(mail.url);
	await page.getByRole("heading", { name: "Join Analytical Engines" }).waitFor();
	await assertGoodPage(page, "an invitation");
	await page.getByRole("button", { name: "Create an account and join" }).click();
	await page.getByLabel("Your name").fill("Charles Babbage");
	await page.getByLabel("E-mail address").fill(email);
	await page.getByLabel("Password", { exact: true }).fill(makePassword());
	await page.getByRole("button", { name: "Create an account" }).click();
	await page.getByRole("heading", { name: "Projects" }).waitFor();
	await page.getByRole("button", { name: /now at.*Analytical Engines/ }).waitFor();
	browser.assertCalm();

	await page.goto(mail.url);
	await page.getByRole("heading", { name: "This invitation doesn't work any more" }).waitFor();
	await browser.close();

	await inviting.page.getByRole("link", { name: "Members" }).click();
	const row = inviting.page.getByRole("row", { name: /Charles Babbage/ });
	assert.equal(await row.getByRole("combobox").inputValue(), "manager");
	inviting.assertCalm();
	await inviting.close();
});

test("who is signed in accepts with one press; an invitation for somebody else is refused", async () => {
	const server = await serving;
	const owner = await person(server, { orgName: "Difference Engines" });
	const guest = await person(server);
	const inviting = await openBrowserOf(server, owner);
	const own = await invite(inviting.page, server, owner, guest.email, "viewer");
	const foreign = await invite(inviting.page, server, owner, makeEmail("another"), "viewer");
	await inviting.close();

	const browser = await openBrowserOf(server, guest);
	const { page } = browser;
	await page.goto(foreign);
	await page.getByRole("button", { name: "Accept and join" }).click();
	await page.getByText("The invitation was made for another e-mail address").waitFor();
	await assertGoodPage(page, "a refused invitation");
	assert.equal(await guest.role(owner.org), null);

	await page.goto(own);
	await page.getByText(`You are signed in as ${guest.email}.`).waitFor();
	await page.getByRole("button", { name: "Accept and join" }).click();
	await page.getByText("You have joined Difference Engines as viewer").waitFor();
	await page.getByRole("heading", { name: "Projects" }).waitFor();
	assert.equal(new URL(page.url()).pathname, `/dashboard/orgs/${owner.org.id}/projects`);
	assert.equal(await guest.role(owner.org), "viewer");
	await page.reload();
	await page.getByRole("heading", { name: "Projects" }).waitFor();
	assert.equal(await page.getByText("You have joined").count(), 0, "it's said once");
	browser.assertCalm();
	await browser.close();
});

// Joining by a code, and declining. Apart from invite.test.mjs, since an address may look at ten invitations a minute.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ownServer, person } from "../harness/index.mjs";
import { assertGoodPage, openBrowserOf } from "./browser.mjs";
import { invite } from "./inviting.mjs";

const serving = ownServer();

test("a code lets in whoever types it, as often as it says", async () => {
	const server = await serving;
	const owner = await person(server, { orgName: "Code Breakers" });
	const guest = await person(server);
	const inviting = await openBrowserOf(server, owner);
	await inviting.page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/invitations`);
	await inviting.page.getByRole("button", { name: "Invite somebody" }).first().click();
	const dialog = inviting.page.getByRole("dialog");
	await dialog.getByText("By a code").click();
	await dialog.getByLabel("How many people may join").fill("1");
	await dialog.getByRole("button", { name: "Make the code" }).click();
	const code = await dialog.getByLabel("Invite code", { exact: true }).innerText();
	const link = await dialog.getByLabel("Invitation link", { exact: true }).innerText();
	await assertGoodPage(inviting.page, "the code that is shown once");
	inviting.assertCalm();
	await inviting.close();

	const browser = await openBrowserOf(server, guest);
	const { page } = browser;
	await page.goto(`${server.url}/join`);
	await assertGoodPage(page, "the page that asks for a code");
	await page.getByRole("textbox").fill(code.toLowerCase());
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("heading", { name: "Join Code Breakers" }).waitFor();
	await assertGoodPage(page, "an invitation by code");
	await page.getByRole("button", { name: /join/i }).first().click();
	await page.getByRole("heading", { name: "Projects" }).waitFor();
	assert.equal(await guest.role(owner.org), "member");
	browser.assertCalm();

	await page.goto("about:blank");
	await page.goto(link);
	await page.getByRole("heading", { name: "This invitation doesn't work any more" }).waitFor();
	await browser.close();
});

test("who declines stays outside, and the link is dead", async () => {
	const server = await serving;
	const owner = await person(server, { orgName: "Unwanted" });
	const guest = await person(server);
	const inviting = await openBrowserOf(server, owner);
	const link = await invite(inviting.page, server, owner, guest.email, "member");
	await inviting.close();

	const browser = await openBrowserOf(server, guest);
	const { page } = browser;
	await page.goto(link);
	await page.getByRole("button", { name: "Decline" }).click();
	await page.getByRole("button", { name: "Decline" }).waitFor({ state: "detached" });
	await assertGoodPage(page, "a declined invitation");
	assert.equal(await guest.role(owner.org), null);
	await page.goto("about:blank");
	await page.goto(link);
	await page.getByRole("heading", { name: "This invitation doesn't work any more" }).waitFor();
	browser.assertCalm();
	await browser.close();
});

// Second factors as people meet them: an app and a passkey set up in the dashboard, asked on the hosted pages, demanded by a project. The
// passkeys are those of Chromium's own virtual authenticator.

import assert from "node:assert/strict";
import { test } from "node:test";
import { ownServer, person, projectWith, totp } from "../harness/index.mjs";
import { assertGoodPage, openBrowser, openBrowserOf, plugIn } from "./browser.mjs";

const serving = ownServer();

async function giveName(page, url, email) {
	await page.goto(url);
	await page.getByLabel("E-mail address").fill(email);
	await page.getByRole("button", { name: "Continue" }).click();
}

async function givePassword(page, url, { email, password }) {
	await giveName(page, url, email);
	await page.getByLabel("Password", { exact: true }).fill(password);
	await page.getByRole("button", { name: "Sign in" }).click();
}

const session = (server, user) => server.sql.row`SELECT auth_strength, level FROM sessions WHERE user_id = ${user.id} ORDER BY created_at DESC, id DESC LIMIT 1`;

test("an authenticator app is set up in the dashboard, asked when signing in, and a backup code stands in for it", async () => {
	const server = await serving;
	const user = await person(server, { password: true });
	const browser = await openBrowserOf(server, user);
	const { page } = browser;
	const dialog = page.getByRole("dialog", { name: "Set up an authenticator app" });
	await page.goto(`${server.url}/dashboard/account`);
	await page.getByText("No second factor").waitFor();
	await page.getByRole("button", { name: "Set up an app" }).click();
	await dialog.getByRole("button", { name: "Begin" }).click();
	await dialog.getByRole("img", { name: /QR code/ }).waitFor();
	await assertGoodPage(page, "the code to scan");
	const secret = /[A-Z2-7]{32}/.exec(await dialog.innerText())[0];
	await dialog.getByRole("textbox", { name: /^Code/ }).fill(totp(secret, { steps: -1 }));
	await dialog.getByRole("button", { name: "Finish" }).click();
	await dialog.getByText("Backup codes", { exact: true }).waitFor();
	await assertGoodPage(page, "the backup codes");
	const codes = (await dialog.innerText()).match(/[0-9A-Z]{5}-[0-9A-Z]{4}-[0-9A-Z]{4}/g);
	assert.equal(codes.length, 10);
	await dialog.getByRole("button", { name: "I have stored it" }).click();
	await page.getByRole("cell", { name: "Authenticator app" }).first().waitFor();
	browser.assertCalm();
	await browser.close();

	const again = await openBrowser();
	await givePassword(again.page, `${server.url}/sign-in`, user);
	await again.page.getByRole("heading", { name: "One more step" }).waitFor();
	await assertGoodPage(again.page, "the second factor");
	await again.page.locator("#field-code").fill("000000");
	await again.page.getByRole("button", { name: "Continue" }).click();
	await again.page.getByText("That code is wrong or too old.").waitFor();
	await again.page.locator("#field-code").fill(totp(secret));
	await again.page.getByRole("button", { name: "Continue" }).click();
	await again.page.getByRole("heading", { name: "Projects" }).waitFor();
	assert.deepEqual(await session(server, user), { auth_strength: "totp_mfa", level: 2 });
	again.assertCalm();
	await again.close();

	const third = await openBrowser({ locale: "es-ES", width: 320, height: 720, scheme: "dark" });
	await third.page.goto(`${server.url}/sign-in`);
	await third.page.locator("#field-identifier").fill(user.email);
	await third.page.locator("button.primary").click();
	await third.page.locator("#field-password").fill(user.password);
	await third.page.locator("button.primary").click();
	await third.page.getByRole("button", { name: "Usar un código de respaldo" }).click();
	await third.page.getByLabel("Código de respaldo").fill(codes[0].toLowerCase());
	await assertGoodPage(third.page, "a backup code on a narrow dark page");
	await third.page.getByRole("button", { name: "Continuar" }).click();
	await third.page.getByRole("heading", { name: "Projects" }).waitFor();
	third.assertCalm();
	await third.close();
});

test("a passkey is added in the dashboard, asked when signing in, and proves it again before a change", async () => {
	const server = await serving;
	const user = await person(server, { password: true });
	const browser = await openBrowserOf(server, user);
	const { page } = browser;
	const authenticator = await plugIn(browser);
	await page.goto(`${server.url}/dashboard/account`);
	await page.getByRole("button", { name: "Add a passkey" }).click();
	await page.getByRole("dialog").getByLabel("Name").fill("This laptop");
	await assertGoodPage(page, "adding a passkey");
	await page.getByRole("button", { name: "Add it" }).click();
	await page.getByRole("cell", { name: "This laptop" }).waitFor();
	assert.equal((await authenticator.credentials()).length, 1);
	assert.equal((await authenticator.credentials())[0].rpId, "localhost");

	await page.context().clearCookies();
	await givePassword(page, `${server.url}/sign-in`, user);
	await page.getByRole("button", { name: "Use a passkey" }).click();
	await page.getByRole("heading", { name: "Projects" }).waitFor();
	assert.deepEqual(await session(server, user), { auth_strength: "passkey", level: 2 });

	await server.sql.run`UPDATE sessions SET authenticated_at = '2020-01-01' WHERE user_id = ${user.id}`;
	await page.goto(`${server.url}/dashboard/account`);
	await page.getByRole("button", { name: "Remove This laptop" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
	const identity = page.getByRole("dialog", { name: "Confirm that it's you" });
	await identity.getByLabel(/^Password of/).fill(user.password);
	await identity.getByRole("button", { name: "Confirm" }).click();
	await identity.getByText("Now your second factor.").waitFor();
	await identity.getByRole("button", { name: "Use a passkey" }).click();
	await page.getByText("No second factor").waitFor();
	browser.assertCalm();
	await browser.close();
});

test("a project that demands a second factor has one set up; its passkey then signs in without a name", async () => {
	// A server of its own: thirty steps a minute are what one address may take.
	const server = await ownServer();
	const { user, project } = await projectWith(server, { methods: ["password", "passkey"], mfa: "required" });
	const url = `${server.authUrl}/p/${project.clientId}/sign-in`;
	const browser = await openBrowser();
	const { page } = browser;
	const authenticator = await plugIn(browser);
	await givePassword(page, url, user);
	await page.getByRole("heading", { name: "Protect your account" }).waitFor();
	await assertGoodPage(page, "a second factor is demanded");
	await page.getByRole("button", { name: "Add a passkey" }).click();
	await page.getByRole("heading", { name: "Your backup codes" }).waitFor();
	await assertGoodPage(page, "the backup codes of a project's user");
	assert.equal(await page.locator(".codes li").count(), 10);
	await page.getByRole("button", { name: "I have kept them" }).click();
	await page.waitForURL((at) => !at.pathname.endsWith("/sign-in"));
	assert.deepEqual(await session(server, user), { auth_strength: "passkey", level: 2 });

	await page.goto(url);
	await page.getByRole("button", { name: "Use a passkey" }).click();
	await page.waitForURL((at) => !at.pathname.endsWith("/sign-in"));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id} AND auth_strength = 'passkey'`, 2);
	assert.ok((await authenticator.credentials())[0].signCount >= 1);
	await browser.close();

	const other = await projectWith(server, { mfa: "required" });
	const narrow = await openBrowser({ width: 320, height: 720, scheme: "dark" });
	await givePassword(narrow.page, `${server.authUrl}/p/${other.project.clientId}/sign-in`, other.user);
	await narrow.page.getByRole("button", { name: "Set up an authenticator app" }).click();
	await narrow.page.getByRole("img", { name: /QR code/ }).waitFor();
	await assertGoodPage(narrow.page, "the code to scan on a narrow page");
	const secret = /[A-Z2-7]{32}/.exec(await narrow.page.locator("body").innerText())[0];
	await narrow.page.locator("#field-code").fill(totp(secret));
	await narrow.page.getByRole("button", { name: "Continue" }).click();
	await narrow.page.getByRole("heading", { name: "Your backup codes" }).waitFor();
	narrow.assertCalm();
	await narrow.close();
});

test("who is asked for a second factor, or mistyped an address at sign-up, can begin anew", async () => {
	const server = await serving;
	const { user, project } = await projectWith(server, { mfa: "required", mfa_methods: ["totp"] });
	const browser = await openBrowser();
	const { page } = browser;
	const base = `${server.authUrl}/p/${project.clientId}`;
	const back = async () => {
		await page.getByRole("link", { name: "Back to sign-in" }).click();
		await page.getByRole("button", { name: "Continue" }).waitFor();
	};
	await givePassword(page, `${base}/sign-in`, user);
	await page.getByRole("heading", { name: "Protect your account" }).waitFor();
	await page.reload();
	await page.getByRole("heading", { name: "Protect your account" }).waitFor();
	await back();
	await page.goto(`${base}/sign-up`);
	await page.getByLabel("Your name").fill("Mia");
	await page.getByLabel("E-mail address").fill("mistyped@example.com");
	await page.getByLabel("Password", { exact: true }).fill(user.password);
	await page.getByRole("button", { name: "Create an account" }).click();
	await page.getByRole("heading", { name: "Check your mail" }).waitFor();
	await back();
	await page.getByRole("link", { name: "Create an account" }).click();
	await page.getByLabel("E-mail address").waitFor();
	browser.assertCalm();
	await browser.close();
});

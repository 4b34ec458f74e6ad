// Somebody types the code that a device shows: sign-in on the way, the question, both ends, in both languages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { consoleApp, form, withToken } from "../api/oauth/console.mjs";
import { makeApp, send } from "../api/oauth/oauth.mjs";
import { expectStatus, ownServer, person, projectUser } from "../harness/index.mjs";
import { assertGoodPage, openBrowser, signInAs } from "./browser.mjs";

const server = await ownServer();
const app = await makeApp(server, { isPublic: true, isFirstParty: false, columns: { grant_types: "device_code refresh_token", scopes: "openid email" } });

const begin = async () => expectStatus(await send(server, app, "device_authorization", { client_id: app.clientId, scope: "openid email" }, { headers: {} }), 200);
const poll = (device_code) => send(server, app, "token", { client_id: app.clientId, grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code }, { headers: {} });

test("DV-04 the address that a device shows leads over sign-in to the code, the question and the end, and the device has its token", async () => {
	const user = await projectUser(server, app, { password: true });
	const device = await begin();
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(device.verification_uri_complete);
	await page.getByLabel("E-mail address").fill(user.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(user.password);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	const field = page.locator("#field-user_code");
	await field.waitFor();
	assert.equal(await field.inputValue(), device.user_code, "the code has waited");
	await assertGoodPage(page, "the code of a device");
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/device.png` });
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("heading", { name: "Machines wants access" }).waitFor();
	await assertGoodPage(page, "consent for a device");
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/device-consent.png` });
	await page.getByRole("button", { name: "Allow" }).click();
	await page.waitForURL(/done=approved/);
	await page.getByRole("heading").first().waitFor();
	await assertGoodPage(page, "a device that is let in");
	assert.ok(expectStatus(await poll(device.device_code), 200).access_token);
	browser.assertCalm();
	await browser.close();
});

test("on a small dark screen in Spanish a wrong code is told at its field, and a refusal reaches the device", async () => {
	const user = await projectUser(server, app, { password: true });
	const device = await begin();
	const browser = await openBrowser({ width: 320, height: 640, scheme: "dark", locale: "es-ES" });
	const { page } = browser;
	await signInAs(browser, user);
	await page.goto(device.verification_uri);
	const field = page.locator("#field-user_code");
	await field.fill("BCDF-GHJK");
	await page.getByRole("button", { name: "Continuar" }).click();
	await page.locator("#field-user_code[aria-invalid=true]").waitFor();
	await assertGoodPage(page, "a wrong code in Spanish");
	await field.fill(device.user_code.toLowerCase());
	await page.getByRole("button", { name: "Continuar" }).click();
	await page.getByRole("heading", { name: "Machines pide acceso" }).waitFor();
	await page.getByRole("button", { name: "Denegar" }).click();
	await page.waitForURL(/done=denied/);
	await page.getByRole("heading").first().waitFor();
	await assertGoodPage(page, "a refusal in Spanish");
	assert.equal((await poll(device.device_code)).json.error, "access_denied");
	browser.assertCalm();
	await browser.close();
});

test("a command line is let into one of somebody's organizations, at the console's own page", async () => {
	const who = await person(server, { orgName: "First Company", password: true });
	const second = (await person(server, { orgName: "Second Company" })).org;
	await who.join(second, "viewer");
	const cli = await consoleApp(server, { grant_types: "device_code refresh_token", name: "Command line" });
	const device = expectStatus(await form(server, "device_authorization", { client_id: cli.clientId, resource: cli.resource, scope: "org.read project.read" }), 200);
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(device.verification_uri_complete);
	await page.getByLabel("E-mail address").fill(who.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(who.password);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	const field = page.locator("#field-user_code");
	await field.waitFor();
	assert.equal(await field.inputValue(), device.user_code);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("heading", { name: "Command line wants access" }).waitFor();
	await page.getByLabel("Second Company").waitFor();
	await assertGoodPage(page, "consent for a command line");
	await page.getByRole("button", { name: "Allow" }).click();
	await page.getByRole("alert").getByText(/./).first().waitFor();
	await page.getByLabel("Second Company").check();
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/device-console.png` });
	await page.getByRole("button", { name: "Allow" }).click();
	await page.waitForURL(/done=approved/);
	await page.getByRole("heading").first().waitFor();
	await assertGoodPage(page, "a command line that is let in");
	assert.equal(await page.getByRole("link").first().getAttribute("href"), "/dashboard/account");
	const { access_token } = expectStatus(await form(server, "token", { client_id: cli.clientId, grant_type: "urn:ietf:params:oauth:grant-type:device_code", device_code: device.device_code }), 200);
	assert.equal(expectStatus(await withToken(server, access_token).get("/api/v1/whoami"), 200).org.id, second.id);
	browser.assertCalm();
	await browser.close();
});

// An app that isn't the project's own: sign-in, the consent page in both languages, allowing and denying, and the page of an error.

import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizePath, makeApp, REDIRECT_URI } from "../api/oauth/oauth.mjs";
import { digest, ownServer, projectUser } from "../harness/index.mjs";
import { png } from "../harness/pictures.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const server = await ownServer();
const app = await makeApp(server, { isFirstParty: false, columns: { scopes: "openid profile email offline_access" } });

/** Where the app's own page would stand; nothing answers there. */
async function catchReturn(page) {
	const back = page.waitForRequest((request) => request.url().startsWith(REDIRECT_URI));
	return () => back.then((request) => Object.fromEntries(new URL(request.url()).searchParams));
}

async function signIn(page, user) {
	await page.getByLabel("E-mail address").fill(user.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(user.password);
	await page.getByRole("button", { name: "Sign in" }).click();
}

test("somebody signs in, unticks what they don't want to give, and allows the rest", async () => {
	const user = await projectUser(server, app, { password: true });
	const logo = png({ width: 96, height: 96 });
	await server.sql.run`INSERT INTO assets (project_id, owner_id, kind, body_digest, media_type, body) VALUES (${app.id}, ${app.clientId}, 'logo', ${digest(logo)}, 'image/png', ${logo})`;
	await server.sql.run`UPDATE clients SET logo_digest = ${digest(logo)} WHERE project_id = ${app.id} AND id = ${app.clientId}`;
	const browser = await openBrowser();
	const { page } = browser;
	await page.route(`${REDIRECT_URI}**`, (route) => route.fulfill({ body: "the app" }));
	await page.goto(server.authUrl + authorizePath(app, { scope: "openid profile email" }));
	await signIn(page, user);
	await page.getByRole("heading", { name: "Machines wants access" }).waitFor();
	assert.equal(await page.locator("img.logo").evaluate((image) => image.decode().then(() => image.naturalWidth)), 96, "the app's logo");
	assert.ok(await page.getByLabel("Know who you are").isDisabled());
	await page.getByText("You will be led to app.example.com.").waitFor();
	await assertGoodPage(page, "consent");
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/consent.png` });
	await page.getByLabel("See your e-mail address").uncheck();
	const landed = await catchReturn(page);
	await page.getByRole("button", { name: "Allow" }).click();
	const { code, state, iss } = await landed();
	assert.match(code, /^[A-Za-z0-9_-]{43}$/);
	assert.deepEqual([state, iss], ["st", app.issuer]);
	assert.equal(await server.sql.value`SELECT scopes FROM grants WHERE user_id = ${user.id}`, "openid profile");
	browser.assertCalm();
	await browser.close();
});

test("on a small dark screen in Spanish somebody refuses, and the app learns it", async () => {
	const user = await projectUser(server, app, { password: true });
	const browser = await openBrowser({ width: 320, height: 640, scheme: "dark", locale: "es-ES" });
	const { page } = browser;
	await page.route(`${REDIRECT_URI}**`, (route) => route.fulfill({ body: "the app" }));
	await browser.context.addCookies(Object.entries((await user.session()).cookies).map(([name, value]) => ({ name, value, url: server.authUrl, secure: true, httpOnly: true })));
	await page.goto(server.authUrl + authorizePath(app));
	await page.getByRole("heading", { name: "Machines pide acceso" }).waitFor();
	await assertGoodPage(page, "consent in Spanish");
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/consent-es.png` });
	const landed = await catchReturn(page);
	await page.getByRole("button", { name: "Denegar" }).click();
	assert.deepEqual(await landed(), { error: "access_denied", state: "st", iss: app.issuer });
	browser.assertCalm();
	await browser.close();
});

test("an address that isn't registered is a page that says so and leads nowhere", async () => {
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(server.authUrl + authorizePath(app, { redirect_uri: "https://evil.example/" }));
	await page.getByRole("heading", { name: "Something went wrong" }).waitFor();
	await page.getByText("redirect_uri isn't registered for this client.").waitFor();
	assert.equal(await page.locator("a, form").count(), 0);
	await assertGoodPage(page, "the page of an error");
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/error.png` });
	browser.assertCalm();
	await browser.close();
});

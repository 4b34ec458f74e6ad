// Choosing an account for an app, signing out by an app, and disconnecting an app on the hosted account page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizePath, getTokens, makeApp, REDIRECT_URI } from "../api/oauth/oauth.mjs";
import { digest, ownServer, projectUser, until } from "../harness/index.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const TARGET = "https://app.example.com/bye";
const server = await ownServer();
const app = await makeApp(server);
await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${app.id}, ${app.clientId}, 'logout', ${digest(TARGET)}, ${Buffer.from(TARGET)})`;

async function openAs(session, options) {
	const browser = await openBrowser(options);
	await browser.page.route("https://app.example.com/**", (route) => route.fulfill({ body: "the app" }));
	await browser.context.addCookies(Object.entries(session.cookies).map(([name, value]) => ({ name, value, url: server.authUrl, secure: true, httpOnly: true })));
	return browser;
}

test("of two accounts somebody chooses the other one, and the app gets that one's code", async () => {
	const [ada, bob] = [await projectUser(server, app), await projectUser(server, app)];
	const browser = await openAs(await ada.session({ signedInAgo_ms: 60_000, others: [await bob.token({ signedInAgo_ms: 60_000 })] }));
	const { page } = browser;
	await page.goto(server.authUrl + authorizePath(app, { prompt: "select_account" }));
	await page.getByRole("heading", { name: "Choose an account" }).waitFor();
	await page.getByRole("button", { name: bob.email }).waitFor();
	await assertGoodPage(page, "choosing an account");
	const back = page.waitForRequest((request) => request.url().startsWith(REDIRECT_URI));
	await page.getByRole("button", { name: bob.email }).click();
	assert.match(new URL((await back).url()).searchParams.get("code"), /^[A-Za-z0-9_-]{43}$/);
	assert.equal(await server.sql.value`SELECT user_id FROM grants WHERE project_id = ${app.id} ORDER BY id DESC LIMIT 1`, bob.id);
	await browser.close();
});

test("an app that can't say whose sign-in it means has somebody asked, and then led back", async () => {
	const user = await projectUser(server, app);
	const browser = await openAs(await user.session(), { width: 320, height: 640, scheme: "dark" });
	const { page } = browser;
	await page.goto(server.authUrl + app.at(`/oauth/logout?${new URLSearchParams({ client_id: app.clientId, post_logout_redirect_uri: TARGET, state: "st" })}`));
	await page.getByRole("button", { name: "Sign out" }).waitFor();
	await assertGoodPage(page, "signing out by an app");
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.waitForURL(`${TARGET}?state=st`);
	await until("the session is over", async () => Number(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${user.id} AND revoked_at IS NULL`) === 0);
	await browser.close();
});

test("somebody sees their apps on the account page, and disconnects one", async () => {
	const { user, browser: session } = await getTokens(server, app);
	const browser = await openAs(session);
	const { page } = browser;
	await page.goto(`${server.authUrl}${app.at("/account")}`);
	await page.getByText("Connected apps").click();
	await page.getByRole("listitem").filter({ hasText: "Machines" }).getByRole("button", { name: "Disconnect" }).waitFor();
	await assertGoodPage(page, "connected apps");
	await page.getByRole("listitem").filter({ hasText: "Machines" }).getByRole("button", { name: "Disconnect" }).click();
	await page.getByRole("heading", { name: "Disconnect Machines?" }).waitFor();
	await page.getByRole("button", { name: "Disconnect" }).click();
	await page.getByText("The app is disconnected.").waitFor();
	await page.getByText("Connected apps").click();
	await page.getByText("No app is connected yet").waitFor();
	assert.equal(Number(await server.sql.value`SELECT COUNT(*) FROM grants WHERE user_id = ${user.id} AND revoked_at IS NULL`), 0);
	await browser.close();
});

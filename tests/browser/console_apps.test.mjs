// The console's own server in a browser: choosing an account for a program, signing out by one, and the apps that act for somebody, each with
// the organization it works in.

import assert from "node:assert/strict";
import { test } from "node:test";
import { authorizePath, consoleApp, getTokens } from "../api/oauth/console.mjs";
import { REDIRECT_URI } from "../api/oauth/oauth.mjs";
import { consoleClient, digest, ownServer, person, until } from "../harness/index.mjs";
import { assertGoodPage, openBrowserOf } from "./browser.mjs";

const TARGET = "https://app.example.com/bye";
const server = await ownServer();
const app = await consoleApp(server);
await server.sql.run`INSERT INTO client_uris (project_id, client_id, kind, uri_digest, uri) VALUES (${server.consoleId}, ${app.clientId}, 'logout', ${digest(TARGET)}, ${Buffer.from(TARGET)})`;

async function openAs(who, options) {
	const browser = await openBrowserOf(server, who, options);
	await browser.page.route("https://app.example.com/**", (route) => route.fulfill({ body: "the app" }));
	return browser;
}

const openSessions = async (who) => Number(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${who.id} AND revoked_at IS NULL`);

test("somebody confirms the account, chooses the organization, and the program gets its code", async () => {
	const who = await person(server, { orgName: "First Company" });
	const { page, close } = await openAs(who, { signedInAgo_ms: 60_000 });
	await page.goto(server.url + authorizePath(app, { prompt: "select_account" }));
	await page.getByRole("heading", { name: "Choose an account" }).waitFor();
	await page.getByRole("button", { name: who.email }).waitFor();
	await assertGoodPage(page, "choosing an account at the console");
	await page.getByRole("button", { name: who.email }).click();
	await page.getByRole("heading", { name: "Console app wants access" }).waitFor();
	await page.getByLabel("First Company").waitFor();
	assert.ok(await page.getByLabel("First Company").isChecked(), "there is no other");
	await assertGoodPage(page, "consent at the console");
	const back = page.waitForRequest((request) => request.url().startsWith(REDIRECT_URI));
	await page.getByRole("button", { name: "Allow" }).click();
	assert.match(new URL((await back).url()).searchParams.get("code"), /^[A-Za-z0-9_-]{43}$/);
	assert.equal(await server.sql.value`SELECT org_id FROM grants WHERE user_id = ${who.id}`, who.org.id);
	await close();
});

test("a program that can't say whose sign-in it means has somebody asked; one that can ends it at once", async () => {
	const who = await person(server);
	const logout = (query) => `${server.url}/oauth/logout?${new URLSearchParams({ client_id: app.clientId, post_logout_redirect_uri: TARGET, state: "st", ...query })}`;
	const asked = await openAs(who, { width: 320, height: 640, scheme: "dark" });
	await asked.page.goto(logout());
	await asked.page.getByRole("button", { name: "Sign out" }).waitFor();
	await assertGoodPage(asked.page, "signing out of the console by an app");
	assert.equal(await openSessions(who), 1);
	await asked.page.getByRole("button", { name: "Sign out" }).click();
	await asked.page.waitForURL(`${TARGET}?state=st`);
	await until("the session is over", async () => (await openSessions(who)) === 0);
	await asked.close();
	const session = await who.session();
	const { id_token } = await getTokens(server, app, { org: who.org, session: async () => session }, { scope: "openid org.read" });
	const browser = await openAs({ session: async () => session });
	const back = browser.page.waitForRequest(`${TARGET}?state=st`);
	await browser.page.goto(logout({ id_token_hint: id_token })).catch(() => {});	// nothing answers where it leads
	await back;
	assert.equal(await openSessions(who), 0);
	await browser.close();
});

test("the account page tells which apps act for somebody, where and since when, and disconnects one", async () => {
	const who = await person(server, { orgName: "First Company" });
	const other = await person(server, { orgName: "Second Company" });
	await who.join(other.org, "viewer");
	const client = await consoleClient(server, { is_first_party: false, name: "Desk agent" });
	const tokens = [await who.accessToken({ client }), await who.accessToken({ client, org: other.org })];
	await server.sql.run`UPDATE clients SET client_uri = 'https://agent.example.com/' WHERE id = ${client.clientId}`;
	await server.sql.run`UPDATE grants SET last_used_at = created_at WHERE id = ${tokens[0].id}`;
	const { page, assertCalm, close } = await openAs(who);
	await page.goto(`${server.url}/dashboard/account`);
	const row = page.getByRole("table", { name: "Connected apps" }).getByRole("row").filter({ hasText: "Desk agent" });
	await row.getByText("agent.example.com").waitFor();
	await row.getByText("First Company").waitFor();
	await row.getByText("Second Company").waitFor();
	await assertGoodPage(page, "connected apps of the console");
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/console-apps.png`, fullPage: true });
	await row.getByRole("button", { name: "Revoke Desk agent" }).click();
	await page.getByText("No app is connected yet").waitFor();
	await until("both grants are over", async () => Number(await server.sql.value`SELECT COUNT(*) FROM grants WHERE user_id = ${who.id} AND revoked_at IS NULL`) === 0);
	assertCalm();
	await close();
});

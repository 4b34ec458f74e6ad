// An app with pages of its own: the hosted ones link to them, and the sign-out page leads back to registered addresses alone.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectError, expectStatus, ownServer, person, projectUser } from "../harness/index.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const serving = ownServer();
const APP = "https://shop.example.com";

async function make(settings) {
	const server = await serving;
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Analytical Engines" });
	const project = owner.org.defaultProject;
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	expectStatus(await session.patch("/api/v1/redirect_settings", settings), 200);
	return { server, owner, project, hosted: (page) => `${server.authUrl}/p/${project.clientId}/${page}` };
}

/** A browser in which somebody of the project is signed in; the app's own pages answer with their address. */
async function openSignedIn({ server, project }, options) {
	const session = await (await projectUser(server, project, { email: "uma@example.com" })).session();
	const browser = await openBrowser(options);
	await browser.context.addCookies([{ name: `__Host-gatehouse-${project.clientId}`, value: session.token, url: server.authUrl, secure: true, httpOnly: true, sameSite: "Lax" }]);
	await browser.context.route(`${APP}/**`, (route) => route.fulfill({ contentType: "text/html", body: `<title>${route.request().url()}</title>` }));
	return { session, ...browser };
}

test("the hosted pages lead to the app's own sign-in and sign-up, and stay usable themselves", async () => {
	const { hosted } = await make({ sign_in_url: `${APP}/login`, sign_up_url: `${APP}/join` });
	const { page, ...browser } = await openBrowser();
	await page.goto(hosted("sign-in"));
	assert.equal(await page.getByRole("link", { name: "Create an account" }).getAttribute("href"), `${APP}/join`);
	await page.getByLabel("E-mail address").fill("ada@example.com");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).waitFor();
	await page.goto(hosted("sign-up"));
	assert.equal(await page.getByRole("link", { name: "Sign in" }).getAttribute("href"), `${APP}/login`);
	await page.goto(`${hosted("reset")}#mlt_${"a".repeat(38)}`);
	await page.getByRole("button", { name: "Continue" }).click();
	assert.equal(await page.getByRole("link", { name: "Back to sign-in" }).getAttribute("href"), `${APP}/login`);
	browser.assertCalm();
	await browser.close();
});

test("rule 38 signing out: asked first, ended, led back to the registered address; once more it leads there at once", async () => {
	const place = await make({ sign_out_redirects: [`${APP}/bye`], app_homepage_url: `${APP}/` });
	const { session, page, ...browser } = await openSignedIn(place, { width: 320, height: 640, scheme: "dark" });
	const address = `${place.hosted("sign-out")}?redirect_uri=${encodeURIComponent(`${APP}/bye`)}`;
	await page.goto(address);
	await page.getByText("You are signed in as uma@example.com.").waitFor();
	await assertGoodPage(page, "the sign-out page");
	expectStatus(await session.get("/api/v1/session"), 200);
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.waitForURL(`${APP}/bye`);
	expectError(await session.get("/api/v1/session"), 401, "unauthorized");
	await page.goto(address, { waitUntil: "commit" });
	await page.waitForURL(`${APP}/bye`);
	await page.goto(place.hosted("sign-out"), { waitUntil: "commit" });
	await page.waitForURL(`${APP}/`);
	browser.assertCalm();
	await browser.close();
});

test("rule 38 an address that isn't registered is refused before anybody is signed out; without one there is a last page", async () => {
	const place = await make({ sign_out_redirects: [`${APP}/bye`] });
	const { session, page, ...browser } = await openSignedIn(place);
	await page.goto(`${place.hosted("sign-out")}?redirect_uri=${encodeURIComponent(`${APP}/elsewhere`)}`);
	await page.getByText("an address that isn't registered").waitFor();
	assert.equal(await page.getByRole("button", { name: "Sign out" }).count(), 0);
	expectStatus(await session.get("/api/v1/session"), 200);
	await page.goto(place.hosted("sign-out"));
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "You are signed out" }).waitFor();
	await assertGoodPage(page, "signed out");
	expectError(await session.get("/api/v1/session"), 401, "unauthorized");
	browser.assertCalm();
	await browser.close();
});

/** Their organization is suspended before anybody looks: browsers keep what the pages show for a minute. */
async function makeSuspended(supportEmail) {
	const place = await make({ app_homepage_url: `${APP}/` });
	const { server, owner, project } = place;
	const turn = (status) => server.sql.run`UPDATE orgs SET status = ${status} WHERE id = ${owner.org.id}`;
	if (supportEmail)
		await server.sql.run`INSERT INTO area_settings (project_id, area, body, version, updated_at) VALUES (${project.id}, 'branding', ${JSON.stringify({ support_email: supportEmail })}, 1, NOW(3))`;
	await turn("suspended");
	return { ...place, turn };
}

test("TN-10 while the organization is suspended every page says so, and whom to ask; signing out and the account still work", async () => {
	const place = await makeSuspended("help@example.com");
	const { server, project } = place;
	const { page, ...browser } = await openSignedIn(place, { width: 320, height: 640 });
	const authorize = `${server.authUrl}/p/${project.clientId}/oauth/authorize?client_id=${project.clientId}`;
	for (const address of [...["sign-in", "sign-up", "forgot", "device", "error?code=org_suspended"].map(place.hosted), authorize]) {
		await page.goto(address);
		await page.getByRole("heading", { name: "Default is paused" }).waitFor();
	}
	await page.getByRole("link", { name: "help@example.com" }).waitFor();
	await assertGoodPage(page, "the page of a suspended organization");
	await page.getByRole("button", { name: "Español" }).click();
	await page.getByRole("heading", { name: "Default está en pausa" }).waitFor();
	await assertGoodPage(page, "the same in Spanish");
	await page.getByRole("button", { name: "English" }).click();
	await page.getByRole("heading", { name: "Default is paused" }).waitFor();
	await page.goto(place.hosted("account"));
	await page.getByText("uma@example.com").first().waitFor();
	await page.goto(place.hosted("sign-out"));
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.waitForURL(`${APP}/`);
	browser.assertCalm();
	await browser.close();
});

test("TN-10 without an address to write to the page names the app; resumed, people sign in again", async () => {
	const place = await makeSuspended();
	const first = await openBrowser({ scheme: "dark" });
	await first.page.goto(place.hosted("sign-in"));
	await first.page.getByText("Ask whoever runs Default.").waitFor();
	await assertGoodPage(first.page, "the page of a suspended organization, dark");
	first.assertCalm();
	await first.close();
	await place.turn("active");
	const second = await openBrowser();
	await second.page.goto(place.hosted("sign-in"));
	await second.page.getByRole("heading", { name: "Sign in to Default" }).waitFor();
	second.assertCalm();
	await second.close();
});

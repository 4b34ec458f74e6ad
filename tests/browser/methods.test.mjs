// Signing in by a mailed code, by a mailed link and as a guest, on a project's own pages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEmail, ownServer, person, signInSettings, waitForMail } from "../harness/index.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const serving = ownServer();

async function openSignIn(methods) {
	const server = await serving;
	const owner = await person(server);
	const project = await owner.org.project();
	await signInSettings(project, { methods }, { server });
	const browser = await openBrowser();
	await browser.page.goto(`${server.authUrl}/p/${project.clientId}/sign-in`);
	return { server, project, browser, page: browser.page };
}

async function identify({ page }, email) {
	await page.getByLabel("E-mail address").fill(email);
	await page.getByRole("button", { name: "Continue" }).click();
}

const sessions = ({ server, project }) => server.sql.row`SELECT auth_strength FROM sessions WHERE project_id = ${project.id}`;

test("a code from the mail signs in", async () => {
	const here = await openSignIn(["email_otp"]);
	const email = makeEmail("coder");
	await identify(here, email);
	await here.page.getByRole("button", { name: "Mail me a code" }).click();
	await here.page.getByLabel("Code from the mail").waitFor();
	await assertGoodPage(here.page, "the page for the code that signs in");
	await here.page.getByLabel("Code from the mail").fill((await waitForMail(here.server, email)).code);
	await here.page.getByRole("button", { name: "Confirm" }).click();
	await here.page.getByRole("heading", { name: "You can go back to the app" }).waitFor();
	assert.deepEqual(await sessions(here), { auth_strength: "email_otp" });
	await here.browser.close();
});

test("a link from the mail signs in once its button is pressed", async () => {
	const here = await openSignIn(["magic_link"]);
	const email = makeEmail("linker");
	await identify(here, email);
	await here.page.getByRole("button", { name: "Mail me a link" }).click();
	const mail = await waitForMail(here.server, email);
	await here.page.goto(mail.url);
	await here.page.getByRole("heading", { name: "Sign in" }).waitFor();
	await assertGoodPage(here.page, "the page of a link that signs in");
	await here.page.getByRole("button", { name: "Sign in" }).click();
	await here.page.getByRole("heading", { name: "You can go back to the app" }).waitFor();
	assert.deepEqual(await sessions(here), { auth_strength: "magic_link" });
	await here.browser.close();
});

test("a guest goes on without a name", async () => {
	const here = await openSignIn(["password", "anonymous"]);
	await here.page.getByRole("button", { name: "Go on as a guest" }).click();
	await here.page.getByRole("heading", { name: "You can go back to the app" }).waitFor();
	assert.deepEqual(await sessions(here), { auth_strength: "anonymous" });
	await here.browser.close();
});

test("a door that is shut says so before anything is typed", async () => {
	const { server, project, browser, page } = await openSignIn(["password"]);
	const of = (name) => `${server.authUrl}/p/${project.clientId}/${name}`;
	await page.goto(of("sign-up"));
	await page.getByRole("button", { name: "Create an account" }).waitFor();
	await signInSettings(project, { methods: ["magic_link"], sign_up: "closed" }, { server });
	for (const [name, sentence] of [["sign-up", "New accounts are by invitation only here."], ["forgot", "This way of signing in is turned off."]]) {
		const fresh = await openBrowser({ width: 320, height: 640 });
		await fresh.page.goto(of(name));
		await fresh.page.getByText(sentence).waitFor();
		await assertGoodPage(fresh.page, `${name}, shut`);
		assert.equal(await fresh.page.getByRole("textbox").count(), 0);
		await fresh.close();
	}
	await browser.close();
});

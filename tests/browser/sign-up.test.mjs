// People who sign up, confirm by code or by link, sign in, and forget their password; each proof comes out of the mail.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEmail, makePassword, mailsTo, ownServer, person, waitForMail } from "../harness/index.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const serving = ownServer();

async function fillSignUp(page, server, { email, password, name }) {
	await page.goto(`${server.url}/sign-up`);
	await page.getByLabel("Your name").fill(name);
	await page.getByLabel("E-mail address").fill(email);
	await page.getByLabel("Password", { exact: true }).fill(password);
	await page.getByRole("button", { name: "Create an account" }).click();
	await page.getByRole("heading", { name: "Check your mail" }).waitFor();
}

async function signIn(page, server, { email, password }) {
	await page.goto(`${server.url}/sign-in`);
	await page.getByLabel("E-mail address").fill(email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(password);
	await page.getByRole("button", { name: "Sign in" }).click();
}

const newcomer = () => ({ email: makeEmail("walker"), password: makePassword(), name: "Grace Hopper" });

test("who signs up with the code from the mail is in the dashboard, with a project", async () => {
	const server = await serving;
	const browser = await openBrowser();
	const { page } = browser;
	const who = newcomer();
	await fillSignUp(page, server, who);
	await assertGoodPage(page, "the page for the code");
	const mail = await waitForMail(server, who.email);

	await page.reload();
	await page.getByRole("heading", { name: "Check your mail" }).waitFor();
	await page.getByLabel("Code from the mail").fill(mail.code === "000000" ? "000001" : "000000");
	await page.getByRole("button", { name: "Confirm" }).click();
	await page.getByText("That code is wrong or too old.").waitFor();
	await page.getByLabel("Code from the mail").fill(`${mail.code.slice(0, 3)} ${mail.code.slice(3)}`);
	await page.getByRole("button", { name: "Confirm" }).click();

	await page.getByRole("heading", { name: "Projects" }).waitFor();
	await page.getByRole("link", { name: /Default/ }).first().waitFor();
	browser.assertCalm();
	await browser.close();
});

test("PW-12 the link in the mail does nothing until its button is pressed, in whatever browser", async () => {
	const server = await serving;
	const first = await openBrowser();
	const who = newcomer();
	await fillSignUp(first.page, server, who);
	const mail = await waitForMail(server, who.email);
	await first.close();

	for (const isPressed of [false, true]) {
		const { page, close, assertCalm } = await openBrowser();
		await page.goto(mail.url);
		const button = page.getByRole("button", { name: "Confirm my address" });
		await button.waitFor();
		await assertGoodPage(page, "the page behind the mailed link");
		if (isPressed) {
			await button.click();
			// The one who signed up elsewhere may have been somebody else: their password doesn't count.
			await page.getByRole("heading", { name: "Choose your password" }).waitFor();
			await assertGoodPage(page, "the password of somebody who opened the link elsewhere");
			await page.getByLabel("New password").fill(makePassword());
			await page.getByRole("button", { name: "Save and sign in" }).click();
			await page.getByRole("heading", { name: "Projects" }).waitFor();
			assertCalm();
		}
		await close();
	}

	const { page, close } = await openBrowser();
	await page.goto(mail.url);
	await page.getByRole("button", { name: "Confirm my address" }).click();
	await page.getByText("This link was used already, or it's too old.").waitFor();
	await close();
});

test("a wrong password is said at the field, the right one signs in and leads back to the page that was asked for", async () => {
	const server = await serving;
	const who = await person(server, { password: true });
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/account`);
	await page.getByRole("heading", { name: "Sign in to Gatehouse" }).waitFor();
	await assertGoodPage(page, "sign-in");
	await page.getByLabel("E-mail address").fill(who.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(makePassword());
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByText("That e-mail address and password don't go together.").waitFor();
	await assertGoodPage(page, "a refused password");
	await page.getByLabel("Password", { exact: true }).fill(who.password);
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { name: "Your account" }).waitFor();
	assert.equal(new URL(page.url()).pathname, "/dashboard/account");

	await page.getByRole("button", { name: /Account of/ }).click();
	await page.getByRole("menuitem", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "Sign in to Gatehouse" }).waitFor();
	await page.goto(`${server.url}/dashboard/`);
	await page.getByRole("heading", { name: "Sign in to Gatehouse" }).waitFor();
	browser.assertCalm();
	await browser.close();
});

test("a forgotten password is set anew by the mailed link, and only the new one signs in", async () => {
	const server = await serving;
	const who = await person(server, { password: true });
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(`${server.url}/sign-in`);
	await page.getByRole("link", { name: "Forgot your password?" }).click();
	await page.getByRole("heading", { name: "Forgot your password?" }).waitFor();
	await assertGoodPage(page, "forgot");
	await page.getByLabel("E-mail address").fill(who.email);
	await page.getByRole("button", { name: "Send the mail" }).click();
	await page.getByRole("heading", { name: "Check your mail" }).waitFor();
	await assertGoodPage(page, "forgot, after the mail");

	const mail = await waitForMail(server, who.email);
	await page.goto(mail.url);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByRole("heading", { name: "Choose a new password" }).waitFor();
	await assertGoodPage(page, "the new password");
	const password = makePassword();
	await page.getByLabel("New password").fill(password);
	await page.getByRole("button", { name: "Save and sign in" }).click();
	await page.getByRole("heading", { name: "Projects" }).waitFor();
	browser.assertCalm();
	await browser.close();

	const other = await openBrowser();
	await signIn(other.page, server, { email: who.email, password: who.password });
	await other.page.getByText("That e-mail address and password don't go together.").waitFor();
	await other.page.getByLabel("Password", { exact: true }).fill(password);
	await other.page.getByRole("button", { name: "Sign in" }).click();
	await other.page.getByRole("heading", { name: "Projects" }).waitFor();
	await other.close();
	assert.equal(mailsTo(server, who.email).length >= 1, true);
});

test("the pages speak Spanish to a Spanish browser", async () => {
	const server = await serving;
	const browser = await openBrowser({ locale: "es-ES", width: 320, scheme: "dark" });
	await browser.page.goto(`${server.url}/sign-in`);
	await browser.page.getByRole("heading", { name: "Inicia sesión en Gatehouse" }).waitFor();
	assert.equal(await browser.page.getAttribute("html", "lang"), "es");
	await assertGoodPage(browser.page, "sign-in in Spanish");
	browser.assertCalm();
	await browser.close();
});

test("a project's own pages stand on the other host and carry its name; an unknown project has an error page", async () => {
	const server = await serving;
	const who = await person(server);
	const project = await who.org.project({ name: "Corner Shop" });
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(`${server.authUrl}/p/${project.client_id}/sign-in`);
	await page.getByRole("heading", { name: "Sign in to Corner Shop" }).waitFor();
	await assertGoodPage(page, "a project's sign-in");
	browser.assertCalm();
	await page.goto(`${server.authUrl}/p/proj_${"0".repeat(24)}/sign-in`);
	await page.getByRole("heading", { name: "There is no such app here" }).waitFor();
	await page.getByText(/^Request req_/).waitFor();
	await assertGoodPage(page, "an unknown project");
	await browser.close();
});

test("a mistyped address has a page with a way home", async () => {
	const server = await serving;
	const browser = await openBrowser({ width: 320, scheme: "dark" });
	const { page } = browser;
	const answer = await page.goto(`${server.url}/nope`);
	assert.equal(answer.status(), 404);
	await page.getByRole("heading", { name: "There is no such page" }).waitFor();
	await assertGoodPage(page, "a page that isn't there");
	await page.getByRole("link", { name: "Go to Gatehouse" }).click();
	await page.getByRole("heading", { name: "Sign in to Gatehouse" }).waitFor();
	browser.assertCalm();
	await browser.close();
});

test("a second link in the same tab is taken for what it is", async () => {
	const server = await serving;
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(`${server.url}/verify#nonsense`);
	await page.getByText("This page needs the whole link from the mail.").waitFor();
	await page.goto(`${server.url}/verify#mlt_${"0".repeat(38)}`);
	await page.getByRole("heading", { name: "Confirm your e-mail address" }).waitFor();
	browser.assertCalm();
	await browser.close();
});

test("a sign-in that meets a full queue is tried again by itself", async () => {
	const server = await serving;
	const who = await person(server, { password: true });
	const browser = await openBrowser({ answersMayFail: true });
	const { page } = browser;
	let refused = 0;
	const busy = { error: { code: "busy", message: "The server can't do this right now." }, request_id: "req_0123456789abcdef" };
	await page.route(/\/password$/, (route) => (refused++ === 0
		? route.fulfill({ status: 503, headers: { "Retry-After": "1" }, contentType: "application/json", body: JSON.stringify(busy) })
		: route.continue()));
	await signIn(page, server, who);
	await page.getByRole("heading", { name: "Projects" }).waitFor();
	assert.equal(refused, 2, "the first try was refused, the second went through");
	browser.assertCalm();
	await browser.close();
});

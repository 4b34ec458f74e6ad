// A project's user looks after their second factors on the hosted account page, signs in by a phone, and stays as a guest no longer; what
// @simplewebauthn/browser does with the pages' JSON.

import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { after, test } from "node:test";
import { expectStatus, makeEmail, makePassword, ownServer, projectWith, totp, until, waitForMail } from "../harness/index.mjs";
import { Provider } from "../harness/carrier.mjs";
import { makePhone } from "../harness/secrets.mjs";
import { makeFolder, ROOT } from "../harness/workplace.mjs";
import { assertGoodPage, openBrowser, plugIn, signInAs } from "./browser.mjs";

const provider = await Provider.start(makeFolder("v"));
const server = await ownServer({ config: { outgoing: provider.outgoing, limits: { flow_action: { limit: 1000, window_s: 60 } } } });
after(() => provider.stop());

const SIMPLE = fs.readFileSync(path.join(ROOT, "tests/node_modules/@simplewebauthn/browser/dist/bundle/index.umd.min.js"), "utf8");
const pageOf = ({ project }, page) => `${server.authUrl}/p/${project.clientId}/${page}`;

/** A project whose texts go out. */
async function place(settings) {
	const made = await projectWith(server, settings);
	const session = await made.owner.session({ headers: { "X-Project-Id": made.project.id } });
	expectStatus(await session.patch("/api/v1/sms_settings", { provider: "http", url: "https://mail.example.com/sms", api_key: makePassword() }), 200);
	return made;
}

async function codeAt(phone, count = 1) {
	const texts = await until(`${count} text(s) to ${phone}`, () => {
		const found = provider.requests.map(({ text }) => JSON.parse(text)).filter(({ to }) => to === phone);
		return found.length >= count ? found : null;
	}, { patience_ms: 20000, every_ms: 100 });
	return /\d{6}/.exec(texts.at(-1).text)[0];
}

const openPart = (page, part) => page.locator("summary", { hasText: part }).click();
const press = (page, name) => page.getByRole("button", { name, exact: true }).click();
const factorCount = (user) => server.sql.value`SELECT COUNT(*) FROM user_factors WHERE user_id = ${user.id} AND kind <> 'codes' AND confirmed_at IS NOT NULL`;

test("an app with its backup codes, a passkey and a phone are set up on the account page; who signed in long ago proves it first", async () => {
	const here = await place({ methods: ["password", "passkey"] });
	const browser = await openBrowser();
	const { page } = browser;
	await plugIn(browser);
	await signInAs(browser, here.user, { signedInAgo_ms: 600000 });
	await page.goto(pageOf(here, "account"));
	await openPart(page, "Second factors");
	await assertGoodPage(page, "no second factor yet");
	await press(page, "Set up an authenticator app");
	await page.getByLabel("Password", { exact: true }).fill(here.user.password);
	await press(page, "Sign in");
	await page.getByText("Thank you. Now try it once more.").waitFor();
	await openPart(page, "Second factors");
	await press(page, "Set up an authenticator app");
	await page.getByRole("img", { name: /QR code/ }).waitFor();
	await assertGoodPage(page, "the code to scan");
	const secret = /[A-Z2-7]{32}/.exec(await page.locator("body").innerText())[0];
	await page.locator("#field-code").fill("000000");
	await press(page, "Continue");
	await page.getByText("That code is wrong or too old.").waitFor();
	await page.locator("#field-code").fill(totp(secret));
	await press(page, "Continue");
	await page.getByRole("heading", { name: "Your backup codes" }).waitFor();
	assert.equal(await page.locator(".codes li").count(), 10);
	await press(page, "I have kept them");
	await page.getByText("Saved.").waitFor();

	await openPart(page, "Second factors");
	await press(page, "Add a passkey");
	// The notice of the step before says the same: the page is drawn anew when its line counts two.
	await page.locator("summary", { hasText: "Second factors" }).filter({ hasText: "2" }).waitFor();
	assert.equal(await factorCount(here.user), 2);
	const phone = makePhone();
	await openPart(page, "Second factors");
	await press(page, "Use your phone");
	await page.locator("#field-phone").fill(phone);
	await assertGoodPage(page, "a phone is asked for");
	await press(page, "Send a code");
	await page.locator("#field-code").fill(await codeAt(phone));
	await assertGoodPage(page, "the code to the phone");
	await press(page, "Confirm");
	await page.getByText("Saved.").waitFor();
	await openPart(page, "Second factors");
	await page.getByText(`Phone •••${phone.slice(-4)}`).waitFor();
	await assertGoodPage(page, "three second factors");
	assert.equal(await factorCount(here.user), 3);
	browser.assertCalm();
	await browser.close();
});

test("a phone is removed after a question, in Spanish on a narrow dark page", async () => {
	const here = await place({});
	const phone = makePhone();
	const browser = await openBrowser({ locale: "es-ES", width: 320, height: 720, scheme: "dark" });
	const { page } = browser;
	const session = await signInAs(browser, here.user);
	expectStatus(await session.post("/api/v1/account/phone", { phone }), 202);
	expectStatus(await session.post("/api/v1/account/phone/verify", { code: await codeAt(phone), second_factor: true }), 204);
	await page.goto(pageOf(here, "account"));
	await openPart(page, "Segundos factores");
	await assertGoodPage(page, "second factors, narrow");
	await press(page, "Quitar");
	await page.getByRole("heading", { name: /^¿Quitar Phone/ }).waitFor();
	await assertGoodPage(page, "removing a factor, narrow");
	await press(page, "Quitar");
	await page.locator("p.notice").waitFor();
	assert.equal(await factorCount(here.user), 0);
	browser.assertCalm();
	await browser.close();
});

test("a phone that sign-in demands is set up there, and asked for the next time", async () => {
	const here = await place({ mfa: "required", mfa_methods: ["phone"] });
	const phone = makePhone();
	const browser = await openBrowser({ width: 320, height: 720 });
	const { page } = browser;
	const signIn = async () => {
		await page.goto(pageOf(here, "sign-in"));
		await page.getByLabel("E-mail address").fill(here.user.email);
		await press(page, "Continue");
		await page.getByLabel("Password", { exact: true }).fill(here.user.password);
		await press(page, "Sign in");
	};
	await signIn();
	await page.getByRole("heading", { name: "Protect your account" }).waitFor();
	await press(page, "Use your phone");
	await page.locator("#field-phone").fill(phone);
	await press(page, "Send a code");
	await page.getByText("We sent a code to").waitFor();
	await assertGoodPage(page, "the code for a phone that is set up");
	await page.locator("#field-code").fill(await codeAt(phone));
	await press(page, "Confirm");
	await page.getByRole("heading", { name: "Your backup codes" }).waitFor();
	await press(page, "I have kept them");
	await page.waitForURL((at) => !at.pathname.endsWith("/sign-in"));

	await server.sql.run`UPDATE messages SET created_at = created_at - INTERVAL 2 MINUTE WHERE recipient = ${phone}`;
	await signIn();
	await page.getByText("Have a code sent to your phone.").waitFor();
	await assertGoodPage(page, "the phone as second factor");
	await press(page, "Send me a code");
	await page.locator("#field-code").fill(await codeAt(phone, 2));
	await press(page, "Confirm");
	await page.waitForURL((at) => !at.pathname.endsWith("/sign-in"));
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE user_id = ${here.user.id} AND level = 2`, 2);
	browser.assertCalm();
	await browser.close();
});

test("a guest gets an account and stays who they are; who is none is told so", async () => {
	const here = await place({ methods: ["password", "anonymous"] });
	const browser = await openBrowser({ width: 320, height: 720 });
	const { page } = browser;
	await page.goto(`${pageOf(here, "sign-in")}?${new URLSearchParams({ redirect_uri: pageOf(here, "account") })}`);
	await press(page, "Go on as a guest");
	await page.getByText("You are here as a guest.").waitFor();
	await assertGoodPage(page, "the account page of a guest");
	const { id } = await server.sql.row`SELECT id FROM users WHERE project_id = ${here.project.id} AND is_anonymous`;
	await page.getByRole("link", { name: "Create an account" }).click();
	await page.locator("#field-email").waitFor();
	await assertGoodPage(page, "a guest's new account");
	const email = makeEmail("stays");
	await page.locator("#field-name").fill("Grace Hopper");
	await page.locator("#field-email").fill(email);
	await page.locator("#field-password").fill(makePassword());
	await press(page, "Create an account");
	await page.locator("#field-code").fill((await waitForMail(server, email)).code);
	await press(page, "Confirm");
	await page.getByRole("heading", { name: "Grace Hopper" }).waitFor();
	assert.deepEqual(await server.sql.row`SELECT email, is_anonymous FROM users WHERE id = ${id}`, { email, is_anonymous: 0 });
	await page.goto(pageOf(here, "upgrade"));
	await page.getByText("This account isn't a guest's.").waitFor();
	await page.context().clearCookies();
	await page.goto(pageOf(here, "upgrade"));
	await page.getByText("You aren't signed in.").waitFor();
	await assertGoodPage(page, "an upgrade without a guest");
	browser.assertCalm();
	await browser.close();
});

test("@simplewebauthn/browser takes the options as they come, and its answers are taken", async () => {
	const here = await place({ methods: ["password", "passkey"] });
	const browser = await openBrowser();
	const { page } = browser;
	await plugIn(browser);
	const session = await signInAs(browser, here.user);
	await page.goto(pageOf(here, "account"));
	await page.getByRole("heading", { name: here.user.name }).waitFor();
	await page.evaluate(SIMPLE);
	const { passkey_options } = expectStatus(await session.post("/api/v1/account/passkeys/options"), 200);
	const made = await page.evaluate((optionsJSON) => globalThis.SimpleWebAuthnBrowser.startRegistration({ optionsJSON }), passkey_options);
	expectStatus(await session.post("/api/v1/account/passkeys", { credential: made, name: "By another's hand" }), 201);

	const flow = await here.open();
	const asked = await flow.go("passkey_options", {});
	const answer = await page.evaluate((optionsJSON) => globalThis.SimpleWebAuthnBrowser.startAuthentication({ optionsJSON }), asked.passkey_options);
	assert.equal((await flow.go("passkey", { credential: answer })).state, "done");
	await flow.go("complete");
	browser.assertCalm();
	await browser.close();
});

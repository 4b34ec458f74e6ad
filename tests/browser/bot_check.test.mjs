// The bot check on the hosted pages: asked of before the first step, with a verifier of the project's own and with a provider's widget.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { expectStatus, makeEmail, ownServer, person, sharedBasis, waitForMail } from "../harness/index.mjs";
import { Verifier } from "../harness/verifier.mjs";
import { makeFolder } from "../harness/workplace.mjs";
import { assertGoodPage, openBrowser } from "./browser.mjs";

const basis = await sharedBasis();
const verifier = await Verifier.start(basis.tls, makeFolder("b"));
after(() => verifier.stop());
const server = await ownServer({ config: { outgoing: { allow: "127.0.0.0/8", ca_file: basis.tls.ca, connect_to: verifier.connectTo } } });

async function make(check) {
	const owner = await person(server);
	const bot_check = { on: ["sign_in", "sign_up", "recover", "send"], fail_open: false, ...check };
	expectStatus(await (await owner.session()).patch("/api/v1/sign_in_settings", { methods: ["password", "magic_link"], bot_check }), 200);
	return (page) => `${server.authUrl}/p/${owner.project.clientId}/${page}`;
}

const submit = (page) => page.locator("button[type=submit]").first().click();

test("a verifier of one's own: no script, the page just waits; a no is said, and the next try asks again", async () => {
	const at = await make({ provider: "http", url: verifier.url });
	const { page, assertCalm, close } = await openBrowser();
	verifier.otherwise = "deny";
	await page.goto(at("sign-in"));
	await page.locator("#field-identifier").fill(makeEmail());
	await submit(page);
	await page.getByRole("alert").filter({ hasText: "The check that you are a person failed." }).first().waitFor();
	await assertGoodPage(page, "a failed bot check");
	verifier.otherwise = "allow";
	await submit(page);
	await page.locator("#field-password").waitFor();
	assert.equal(new Set(verifier.seen.slice(-2).map(({ text }) => JSON.parse(text).token)).size, 2, "each try has a token of its own");
	await page.reload();
	await page.locator("#field-password").waitFor();
	assertCalm();
	await close();
});

test("a provider's widget: in a frame of its own, whose token begins the flow; sign-up goes on to its mail", async () => {
	const at = await make({ provider: "turnstile", site_key: "0xSITE", secret: "their secret" });
	const { context, page, assertCalm, close } = await openBrowser({ width: 320 });
	const token = verifier.token("allow");
	await context.route("https://challenges.cloudflare.com/turnstile/v0/api.js*", (route) => route.fulfill({
		contentType: "text/javascript",
		body: `window.turnstile = { render(place, { sitekey, callback }) {
			const button = document.createElement("button");
			button.textContent = "I am a person " + sitekey;
			button.addEventListener("click", () => callback("${token}"));
			place.append(button);
		} }; gatehouseReady();`,
	}));
	await page.goto(at("sign-up"));
	const email = makeEmail();
	await page.locator("#field-name").fill("Uma Example");
	await page.locator("#field-email").fill(email);
	await page.locator("#field-password").fill("a long enough passphrase 42");
	await submit(page);
	const widget = page.frameLocator("iframe.bot-check").getByRole("button", { name: "I am a person 0xSITE" });
	await widget.waitFor();
	await assertGoodPage(page, "the bot check's widget");
	await widget.click();
	await page.locator("#field-code").waitFor();
	assert.ok((await waitForMail(server, email)).code);
	assert.equal(await page.locator("iframe").count(), 0);
	assertCalm();
	await close();
});

test("without the check no frame and no other host", async () => {
	const at = await make({ provider: "none", on: [] });
	const { page, assertCalm, close } = await openBrowser();
	const hosts = new Set();
	page.on("request", (request) => hosts.add(new URL(request.url()).host));
	await page.goto(at("sign-in"));
	await page.locator("#field-identifier").fill(makeEmail());
	await submit(page);
	await page.locator("#field-password").waitFor();
	assert.deepEqual([...hosts], [new URL(server.authUrl).host]);
	assertCalm();
	await close();
});

// The pages about signing in: what is switched there holds, what the server refuses stands beside its field, and nobody overwrites anybody.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, ownServer, person, rateLimit, until } from "../harness/index.mjs";
import { assertGoodPage, openBrowserOf } from "./browser.mjs";

const serving = ownServer();
const AT = "/api/v1/sign_in_settings";

async function make() {
	const server = await serving;
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Analytical Engines" });
	const project = await owner.org.project({ name: "Shop" });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const at = (page) => `${server.url}/dashboard/projects/${project.id}/sign-in${page}`;
	return { server, owner, project, session, at, read: async () => expectStatus(await session.get(AT), 200) };
}

const saveOn = (page) => page.getByRole("button", { name: "Save changes" });
const field = (page, label) => page.getByLabel(label, { exact: true });

/** A switch by its label, which its description follows. */
const switchOf = (page, label) => page.getByRole("switch", { name: new RegExp(`^${label}`) });

/** What stands beside a field as wrong with it. */
async function problemBeside(page, label) {
	const input = field(page, label);
	await page.waitForFunction((element) => element.getAttribute("aria-invalid") === "true", await input.elementHandle());
	return page.evaluate((element) => document.getElementById(element.getAttribute("aria-describedby").split(" ").find((id) => id.endsWith("-error"))).textContent, await input.elementHandle());
}

test("methods: each switch says what it still needs; what is saved holds, and goes back", async () => {
	const { owner, server, at, read } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(at(""));
	const row = (name) => page.getByRole("list", { name: "Ways to sign in" }).getByRole("listitem").filter({ has: switchOf(page, name) });
	await row("Password").getByText("Ready", { exact: true }).waitFor();
	await row("Code by text message").getByText("Needs an SMS provider.").waitFor();
	await row("Account at a provider").getByText("Needs a provider").waitFor();
	await row("Account at a provider").getByText(`${server.authUrl}/api/v1/social/callback`).waitFor();
	assert.ok(await saveOn(page).isDisabled(), "nothing is changed yet");

	await switchOf(page, "Mailed link").check();
	await field(page, "Who may sign up").selectOption("invite_only");
	await switchOf(page, "Verify e-mail addresses").uncheck();
	await field(page, "Characters, at least").fill("12");
	await field(page, "When it is asked for").selectOption("required");
	await page.getByRole("group", { name: "Which ones" }).getByLabel("Phone").uncheck();
	await field(page, "Host they belong to").fill("example.com");
	await field(page, "Pages that may ask for them").fill("https://example.com\nhttps://shop.example.com");
	await field(page, "Countries").fill("+49\n+43");
	await field(page, "Minutes that a reset link works").fill("20");
	await assertGoodPage(page, "a draft of the methods");
	await saveOn(page).click();
	await page.getByText("Saved: this holds from now on").waitFor();
	const saved = await read();
	assert.deepEqual(saved.methods, ["password", "magic_link"]);
	assert.deepEqual(
		[saved.sign_up, saved.require_email_verification, saved.password_min_length, saved.mfa, saved.mfa_methods, saved.reset_minutes],
		["invite_only", false, 12, "required", ["totp", "passkey"], 20],
	);
	assert.deepEqual(saved.passkey, { rp_id: "example.com", rp_name: null, origins: ["https://example.com", "https://shop.example.com"] });
	assert.deepEqual(saved.phone.calling_codes, ["+49", "+43"]);

	await page.reload();
	for (const label of ["Characters, at least", "Host they belong to", "Pages that may ask for them"])
		await field(page, label).fill("");
	await saveOn(page).click();
	await until("the defaults are back", async () => (await read()).password_min_length === 8);
	assert.deepEqual((await read()).passkey, { rp_id: null, rp_name: null, origins: null });
	browser.assertCalm();
	await browser.close();
});

test("methods: what the server refuses stands beside its field, and nothing of it is saved", async () => {
	const { owner, server, at, read } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(at(""));
	await field(page, "Characters, at least").fill("7");
	await field(page, "Countries").fill("49");
	await switchOf(page, "Password").uncheck();
	await saveOn(page).click();
	await page.getByText("Some fields need another look").waitFor();
	assert.match(await problemBeside(page, "Characters, at least"), /8/);
	assert.ok(await problemBeside(page, "Countries"));
	await page.getByRole("list", { name: "Ways to sign in" }).locator("xpath=following-sibling::*[@role='alert']").waitFor();
	await assertGoodPage(page, "refused methods");
	assert.deepEqual([(await read()).password_min_length, (await read()).methods], [8, ["password"]]);
	await switchOf(page, "Mailed code").check();
	await field(page, "Characters, at least").fill("9");
	await field(page, "Countries").fill("+49");
	await saveOn(page).click();
	await page.getByText("Saved: this holds from now on").waitFor();
	assert.deepEqual([(await read()).password_min_length, (await read()).methods], [9, ["email_otp"]]);
	browser.assertCalm();
	await browser.close();
});

test("methods: somebody saves in between: nothing is overwritten, and theirs can be loaded", async () => {
	const { owner, server, session, at, read } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(at(""));
	await field(page, "Minutes that a reset link works").fill("45");
	expectStatus(await session.patch(AT, { link_minutes: 25 }), 200);
	await saveOn(page).click();
	await page.getByText("Somebody saved other settings meanwhile").waitFor();
	assert.deepEqual([(await read()).reset_minutes, (await read()).link_minutes], [30, 25]);
	await assertGoodPage(page, "a conflict");
	await page.getByRole("button", { name: "Drop my changes and load theirs" }).click();
	await page.getByText("Somebody saved other settings meanwhile").waitFor({ state: "detached" });
	assert.equal(await field(page, "Minutes that a sign-in link or code works").inputValue(), "25");
	await field(page, "Minutes that a reset link works").fill("45");
	await saveOn(page).click();
	await page.getByText("Saved: this holds from now on").waitFor();
	assert.deepEqual([(await read()).reset_minutes, (await read()).link_minutes], [45, 25]);
	browser.assertCalm();
	await browser.close();
});

test("who may read but not write sees every page and can change nothing; who may not read is told so", async () => {
	const { owner, server, project, at } = await make();
	await rateLimit(project, { server });
	const reader = await owner.org.member("manager", { name: "Mary Somerville" });
	const { page, ...browser } = await openBrowserOf(server, reader);
	for (const [path, heading] of [["", "Sign-in methods"], ["/sessions", "Sessions"], ["/protection", "Protection"], ["/providers", "Sign-in providers"]]) {
		await page.goto(at(path));
		await page.getByRole("heading", { level: 1, name: heading }).waitFor();
		await page.getByText("Your role may look at these settings but not change them.").waitFor();
		assert.equal(await page.getByRole("main").locator("input:enabled, select:enabled, textarea:enabled").count(), 0, heading);
		assert.equal(await page.getByRole("button", { name: /^(Save|Let off|Set up|Edit|Delete|Add an)/ }).count(), 0, heading);
		await assertGoodPage(page, `${heading} of a reader`);
	}
	browser.assertCalm();
	await browser.close();
	const viewer = await owner.org.member("viewer", { name: "Luigi Menabrea" });
	const other = await openBrowserOf(server, viewer);
	await other.page.goto(at(""));
	await other.page.getByRole("heading", { name: "Not for your role" }).waitFor();
	assert.equal(await other.page.getByRole("link", { name: "Sign-in", exact: true }).count(), 0);
	await other.close();
});

test("sessions: times in the unit that suits them; a refusal of both together stands beside the one it names", async () => {
	const { owner, server, session, at, read } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(at("/sessions"));
	assert.equal(await field(page, "Signed in at most").inputValue(), "90");
	assert.equal(await field(page, "Unit of: Signed in at most").inputValue(), "86400");
	await field(page, "Signed in at most").fill("12");
	await field(page, "Unit of: Signed in at most").selectOption("hours");
	await saveOn(page).click();
	await page.getByText("It is longer than session_max_lifetime_s.").first().waitFor();
	await assertGoodPage(page, "a refused session policy");
	assert.equal((await read()).session_max_lifetime_s, 7776000);
	await field(page, "Unit of: Signed out when idle for").selectOption("minutes");
	await saveOn(page).click();
	await page.getByText("Saved: sessions follow it from now on").waitFor();
	assert.deepEqual([(await read()).session_max_lifetime_s, (await read()).session_inactivity_s], [43200, 1800]);

	expectStatus(await session.patch(AT, { session_inactivity_s: 3601 }), 200);
	await page.reload();
	assert.equal(await field(page, "Signed out when idle for").inputValue(), "3601");
	await field(page, "Signed out when idle for").fill("3600");
	expectStatus(await session.patch(AT, { link_minutes: 12 }), 200);
	await saveOn(page).click();
	await page.getByText("Somebody saved other settings meanwhile").waitFor();
	assert.equal((await read()).session_inactivity_s, 3601);
	browser.assertCalm();
	await browser.close();
});

test("protection: a bot check's secret is written and never shown; a refusal is shown; who has to wait is let off", async () => {
	const { owner, server, project, session, at, read } = await make();
	await rateLimit(project, { server, subject: "usr_0000000000000000" });
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(at("/protection"));
	await field(page, "Provider").selectOption("hcaptcha");
	await field(page, "Site key").fill("10000000-ffff-ffff-ffff-000000000001");
	await saveOn(page).click();
	await page.getByText("This provider needs it.").first().waitFor();
	await assertGoodPage(page, "a refused bot check");
	assert.equal((await read()).bot_check.provider, "none");
	await field(page, "Secret").fill("a-secret-of-the-check-wxyz");
	await switchOf(page, "Let people pass").uncheck();
	await saveOn(page).click();
	await page.getByText("Saved: this holds from now on").waitFor();
	assert.deepEqual((await read()).bot_check.secret, { set: true, last4: "wxyz" });
	assert.equal((await read()).bot_check.fail_open, false);
	await page.getByPlaceholder("Stored: ••••wxyz").waitFor();
	assert.equal(await field(page, "Secret").inputValue(), "");
	await field(page, "Site key").fill("another");
	await saveOn(page).click();
	await until("the key is another", async () => (await read()).bot_check.site_key === "another");
	assert.equal((await read()).bot_check.secret.set, true);
	await field(page, "Provider").selectOption("none");
	await page.getByRole("button", { name: "Take it away" }).click();
	await page.getByText("Saving takes it away.").waitFor();
	await assertGoodPage(page, "a secret that is to go");
	await saveOn(page).click();
	await until("the secret is gone", async () => (await read()).bot_check.secret.set === false);
	await field(page, "Secret").waitFor({ state: "detached" });

	await page.getByRole("button", { name: /^Let off/ }).click();
	await page.getByText("Nobody has to wait").waitFor();
	assert.deepEqual(expectStatus(await session.get("/api/v1/rate_limits"), 200).data, []);
	browser.assertCalm();
	await browser.close();
});

test("the pages are gone through by keyboard: tabs, switches, save", async () => {
	const { owner, server, at, read } = await make();
	const { page, ...browser } = await openBrowserOf(server, owner);
	await page.goto(at("/sessions"));
	const tab = page.getByRole("navigation", { name: "Sign-in" }).getByRole("link", { name: "Methods" });
	await tab.focus();
	await page.keyboard.press("Enter");
	await page.getByRole("heading", { level: 1, name: "Sign-in methods" }).waitFor();
	assert.equal(await tab.getAttribute("aria-current"), "page");
	await switchOf(page, "Guest").focus();
	await page.keyboard.press("Space");
	await saveOn(page).focus();
	await page.keyboard.press("Enter");
	await until("guests may come", async () => (await read()).methods.includes("anonymous"));
	browser.assertCalm();
	await browser.close();
});

// The pages about mail: provider, text messages, templates with their editor, the log, and a user's messages.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, makeEmail, makePassword, ownServer, person, until, user, waitForMail } from "../harness/index.mjs";
import { assertGoodPage, atRest, openBrowserOf, save } from "./browser.mjs";

const serving = ownServer();

async function make() {
	const server = await serving;
	const owner = await person(server, { name: "Ada Lovelace", orgName: "Analytical Engines" });
	const project = await owner.org.project({ name: "Shop" });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { server, owner, project, session, at: `${server.url}/dashboard/projects/${project.id}` };
}

async function open(world, address, { by = world.owner, ...look } = {}) {
	const browser = await openBrowserOf(world.server, by, look);
	await browser.page.goto(`${world.at}/${address}`);
	await browser.page.getByRole("heading", { level: 1 }).waitFor();
	return browser;
}

async function end(browser) {
	browser.assertCalm();
	await browser.close();
}


test("Mail: a provider is chosen, refused without what it needs, saved; its secret is never shown and stays", async () => {
	const world = await make();
	const browser = await open(world, "mail");
	const { page } = browser;
	const password = makePassword();
	await page.getByLabel("Provider").selectOption("An SMTP server");
	await save(page, "Save changes");
	await page.getByText("This provider needs it.").first().waitFor();
	await page.getByLabel("Sender's address").fill("shop@example.com");
	await page.getByLabel("Server", { exact: true }).fill("smtp.example.com");
	await page.getByLabel("Password", { exact: true }).fill(password);
	await save(page, "Save changes");
	await page.getByPlaceholder(`Stored: ••••${password.slice(-4)}`).waitFor();
	assert.ok(!(await page.content()).includes(password));
	await assertGoodPage(page, "mail settings");
	await page.getByLabel("Sender's name").fill("Corner Shop");
	await save(page, "Save changes");
	const saved = await until("the name is saved", async () => {
		const { json } = await world.session.get("/api/v1/mail_settings");
		return json.from_name && json;
	});
	await atRest(browser);
	assert.deepEqual([saved.provider, saved.host, saved.from_name, saved.password.set], ["smtp", "smtp.example.com", "Corner Shop", true]);
	await page.getByLabel("Server", { exact: true }).fill("smtp.elsewhere.example");
	await save(page, "Save changes");
	await page.getByText("It goes to another place now").waitFor();
	await end(browser);
});

test("Mail: a test shows the provider's answer; what somebody else changed meanwhile isn't overwritten", async () => {
	const world = await make();
	const browser = await open(world, "mail");
	const { page } = browser;
	const to = makeEmail("tester");
	await page.getByLabel("Send it to").fill("nobody");
	await page.getByRole("button", { name: "Send a test" }).click();
	await page.locator("[aria-invalid=true]").waitFor();
	await page.getByLabel("Send it to").fill(to);
	await page.getByRole("button", { name: "Send a test" }).click();
	await page.getByText("Taken by the provider.").waitFor();
	await waitForMail(world.server, to);
	await page.getByLabel("Sender's name").fill("One");
	expectStatus(await world.session.patch("/api/v1/mail_settings", { from_name: "Two" }), 200);
	await save(page, "Save changes");
	await page.getByText("Somebody changed this meanwhile").first().waitFor();
	assert.equal(expectStatus(await world.session.get("/api/v1/mail_settings"), 200).from_name, "Two");
	await end(browser);
});

test("Mail: a switch is saved as it is thrown; one that a way of signing in needs is refused beside it", async () => {
	const world = await make();
	const browser = await open(world, "mail");
	const { page } = browser;
	await page.getByLabel("Welcome").click();
	await page.getByText("Saved", { exact: true }).waitFor();
	assert.equal(expectStatus(await world.session.get("/api/v1/mail_settings"), 200).switches.welcome, false);
	await page.getByLabel("New password").click();
	await page.getByText("A way of signing in that is on needs this mail.").waitFor();
	await page.waitForFunction(() => document.querySelector("input[role=switch]:not(:checked)"));
	assert.equal(expectStatus(await world.session.get("/api/v1/mail_settings"), 200).switches["password-reset"], true);
	await assertGoodPage(page, "a refused switch");
	await end(browser);
});

test("SMS: nothing is sent without a provider; one is saved with its credential", async () => {
	const world = await make();
	const browser = await open(world, "sms");
	const { page } = browser;
	await page.getByText("Choose and save a provider first.").waitFor();
	await page.getByLabel("Provider").selectOption("Twilio");
	await save(page, "Save changes");
	await page.getByText("This provider needs it.").first().waitFor();
	await page.getByLabel("Account").fill("AC123");
	await page.getByLabel("Auth token", { exact: true }).fill(makePassword());
	await page.getByLabel("Sender", { exact: true }).fill("+15005550006");
	await save(page, "Save changes");
	await page.getByText("Choose and save a provider first.").waitFor({ state: "hidden" });
	await page.getByPlaceholder(/^Stored/).waitFor();
	assert.equal(expectStatus(await world.session.get("/api/v1/sms_settings"), 200).provider, "twilio");
	await page.getByLabel("Send it to").fill("0170");
	await page.getByRole("button", { name: "Send a test" }).click();
	await page.locator("[aria-invalid=true]").first().waitFor();
	await assertGoodPage(page, "SMS");
	await end(browser);
});

/** The mail as the frame shows it. */
const shown = (page) => page.frameLocator("iframe[title='The mail']");

test("a template is worded anew by keyboard: blocks come, move and go, the preview follows, the mail that goes is that one", async () => {
	const world = await make();
	const browser = await open(world, "mail-templates/welcome/en");
	const { page } = browser;
	await shown(page).getByText("you have an account at Shop now.").waitFor();
	await page.getByLabel("Subject").fill("{{app_name}} says hello");
	await page.getByRole("button", { name: "Add a block to the mail" }).focus();
	await page.keyboard.press("Enter");
	await page.getByRole("menuitem", { name: "Heading" }).waitFor();
	await page.keyboard.press("Enter");
	const heading = page.getByRole("textbox", { name: /^Heading \d+: Text$/ });
	await heading.fill("Glad you came");
	await shown(page).getByRole("heading", { name: "Glad you came" }).waitFor();
	await heading.focus();
	for (let i = 6; i > 1; i--) {
		await page.keyboard.press("Alt+ArrowUp");
		await page.waitForFunction((place) => document.activeElement.getAttribute("aria-label") === `Heading ${place}: Text`, i - 1).catch(() => {});
	}
	await page.getByRole("textbox", { name: "Heading 1: Text" }).waitFor();
	assert.match(await page.evaluate(() => document.activeElement.getAttribute("aria-label")), /^Heading 1: Text$/, "the cursor goes with the block");
	await page.getByRole("button", { name: "Remove Text 2" }).click();
	await page.getByText("Shop says hello").waitFor();
	await save(page);
	await page.getByText("Saved: mails say this now").waitFor();
	const { blocks, customized } = expectStatus(await world.session.get("/api/v1/mail_templates/welcome"), 200);
	assert.equal(customized, true);
	assert.deepEqual(blocks[0], { type: "heading", text: "Glad you came", level: 1 });
	const to = makeEmail("reader");
	await page.getByLabel("Send the saved mail to").fill(to);
	await page.getByRole("button", { name: "Send a test" }).click();
	await page.getByText("Taken by the provider.").waitFor();
	const mail = await waitForMail(world.server, to);
	assert.equal(mail.subject, "Shop says hello");
	assert.match(mail.text, /^Glad you came/);
	await page.getByRole("button", { name: "Restore the built-in words" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Restore" }).click();
	await shown(page).getByText("you have an account at Shop now.").waitFor();
	await until("the built-in words are back", async () => (await world.session.get("/api/v1/mail_templates/welcome")).json.customized === false);
	await end(browser);
});

test("what a mail can't say is told at its block; the frame runs nothing of the mail and leads nowhere", async () => {
	const world = await make();
	const browser = await open(world, "mail-templates/welcome/en");
	const { page } = browser;
	await shown(page).getByText("you have an account at Shop now.").waitFor();
	await page.getByRole("textbox", { name: "Text 2: Text" }).fill("<img src=x onerror=alert(1)> {{nobody}}");
	await page.getByText("There is no variable of the name 'nobody'.").waitFor();
	await page.getByRole("textbox", { name: "Text 2: Text" }).fill("<img src=x onerror=alert(1)>");
	await shown(page).getByText("<img src=x onerror=alert(1)>").waitFor();
	await page.getByRole("textbox", { name: "Button 4: Address" }).fill("javascript:alert(1)");
	await page.getByText("It must be an https or mailto address.").waitFor();
	await save(page);
	await page.getByText("Some fields need another look.").waitFor();
	const frame = page.frames().find((one) => one.url().endsWith("/dashboard/mail-preview.html"));
	assert.equal(await frame.evaluate(() => { try { return parent.document.title; } catch { return "out of reach"; } }), "out of reach");
	await shown(page).getByRole("link", { name: "Sign in" }).click();
	assert.ok(frame.url().endsWith("/dashboard/mail-preview.html"));
	await assertGoodPage(page, "a refused template");
	await end(browser);
});

test("a template of one's own with variables and columns: made, saved, seen as text and on a phone, deleted", async () => {
	const world = await make();
	const browser = await open(world, "mail-templates");
	const { page } = browser;
	await page.getByRole("button", { name: "New template" }).click();
	await page.getByLabel("Slug").fill("Order Shipped");
	await page.getByRole("button", { name: "Create template" }).click();
	await page.getByText("Lower-case letters, digits and hyphens.").waitFor();
	await page.getByLabel("Slug").fill("order-shipped");
	await page.getByRole("dialog").getByLabel("Name").fill("Order shipped");
	await page.getByRole("button", { name: "Create template" }).click();
	await page.getByRole("heading", { level: 1, name: "Order shipped" }).waitFor();
	await page.getByRole("button", { name: "Add a variable" }).click();
	await page.getByLabel("Name", { exact: true }).last().fill("order_id");
	await page.getByLabel("Required").check();
	await page.getByRole("textbox", { name: "Text 1: Text" }).fill("Order {{order_id}} is on its way.");
	await shown(page).getByText("Order [order_id] is on its way.").waitFor();
	await page.getByRole("button", { name: "Add a block to the mail" }).click();
	await page.getByRole("menuitem", { name: "Columns" }).click();
	await page.getByRole("button", { name: "Add a block to column 1 of Columns 2" }).click();
	await page.getByRole("menuitem", { name: "Divider" }).click();
	await page.getByText("Phone", { exact: true }).click();
	await page.waitForFunction(() => document.querySelector("iframe").getBoundingClientRect().width <= 375);
	await page.getByText("Text only").click();
	await page.getByLabel("The mail as text").getByText("Order [order_id] is on its way.").waitFor();
	await save(page);
	await page.getByText("Saved: mails say this now").waitFor();
	const saved = expectStatus(await world.session.get("/api/v1/mail_templates/order-shipped"), 200);
	assert.deepEqual(saved.variables.map(({ name, required }) => [name, required]), [["order_id", true]]);
	assert.deepEqual(saved.blocks[1].columns.map((column) => column.map(({ type }) => type)), [["text", "divider"], ["text"]]);
	await page.getByRole("button", { name: "Delete this template" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Delete" }).click();
	await page.getByRole("heading", { level: 1, name: "Templates" }).waitFor();
	await page.getByText("order-shipped").waitFor({ state: "detached" });
	assert.equal((await world.session.get("/api/v1/mail_templates/order-shipped")).status, 404);
	await end(browser);
});

test("a template that somebody else changed meanwhile isn't overwritten", async () => {
	const world = await make();
	const browser = await open(world, "mail-templates/welcome/en");
	const { page } = browser;
	await page.getByLabel("Subject").fill("Mine");
	expectStatus(await world.session.put("/api/v1/mail_templates/welcome", { subject: "Theirs", blocks: [{ type: "text", text: "x" }] }), 200);
	await save(page);
	await page.getByText("Somebody changed this meanwhile").first().waitFor();
	assert.equal(expectStatus(await world.session.get("/api/v1/mail_templates/welcome"), 200).subject, "Theirs");
	await end(browser);
});

test("the log is filtered, shows what became of a message and tries one again; one that expired is told", async () => {
	const world = await make();
	const to = makeEmail("reader");
	const data = { url: "https://example.com/" };
	expectStatus(await world.session.patch("/api/v1/mail_settings", { switches: { welcome: false } }), 200);
	expectStatus(await world.session.post("/api/v1/mail/send", { to, template: "welcome", data }), 202);
	const browser = await open(world, "messages");
	const { page } = browser;
	await page.getByLabel("Status").selectOption("Called off");
	for (let tries = 0; tries < 20 && !(await page.getByText(to).isVisible()); tries++) {
		await page.waitForTimeout(500);
		await page.reload();
		await page.getByLabel("Status").selectOption("Called off");
	}
	await page.getByLabel("Template").selectOption("verification");
	await page.getByText("None matches.", { exact: false }).waitFor();
	await page.getByLabel("Template").selectOption("welcome");
	await page.getByLabel("User").fill("usr_");
	await page.getByText("A user's whole id", { exact: false }).waitFor();
	await page.getByLabel("User").fill("");
	await assertGoodPage(page, "the log");
	await page.getByRole("button", { name: `Details of welcome to ${to}` }).click();
	await page.getByText("this mail is switched off").waitFor();
	expectStatus(await world.session.patch("/api/v1/mail_settings", { switches: { welcome: true } }), 200);
	await world.server.sql.run`UPDATE messages SET payload_sealed = NULL WHERE recipient = ${to}`;
	await page.getByRole("button", { name: "Try again now" }).click();
	await page.getByText("Let a new one be sent.", { exact: false }).waitFor();
	await assertGoodPage(page, "a message that expired");
	await end(browser);
});

test("a user's page sends them a link and lists it; without an address it says so", async () => {
	const world = await make();
	const somebody = await user(world.project, { server: world.server, email: makeEmail("uma") });
	const browser = await open(world, `users/${somebody.id}`);
	const { page } = browser;
	await page.getByRole("tab", { name: "Messages" }).click();
	await page.getByText("Nothing was sent to them lately.").waitFor();
	await page.getByRole("button", { name: "Send mail" }).click();
	await page.getByLabel("Sign in", { exact: true }).check();
	await page.getByRole("button", { name: "Send", exact: true }).click();
	await page.getByText("method_disabled").waitFor();
	await page.getByLabel("Choose a new password", { exact: true }).check();
	await page.getByRole("button", { name: "Send", exact: true }).click();
	await page.getByText("Taken by the provider.").waitFor();
	await assertGoodPage(page, "send mail");
	assert.match((await waitForMail(world.server, somebody.email)).url, /\/reset#mlt_/);
	await page.getByRole("button", { name: "Cancel" }).click();
	await page.getByRole("row", { name: /password-reset/ }).waitFor();
	await end(browser);
	const { id } = expectStatus(await world.session.post("/api/v1/users", { external_id: "no-address" }), 201);
	const second = await open(world, `users/${id}`);
	await second.page.getByRole("tab", { name: "Messages" }).click();
	await second.page.getByRole("button", { name: "Send mail" }).click();
	await second.page.getByRole("button", { name: "Send", exact: true }).click();
	await second.page.getByText("They have no e-mail address.").waitFor();
	await end(second);
});

test("a reader sees settings, templates and the log, and changes nothing", async () => {
	const world = await make();
	const reader = await world.owner.org.member("manager");
	const browser = await open(world, "mail", { by: reader });
	const { page } = browser;
	const pages = { mail: "may look at these settings", sms: "may look at these settings", "mail-templates/welcome/en": "may look at this template" };
	for (const [address, said] of Object.entries(pages)) {
		await page.goto(`${world.at}/${address}`);
		await page.getByText(said, { exact: false }).waitFor();
		assert.equal(await page.getByRole("button", { name: /^(Save|Send a test|Add a block|Remove)/ }).count(), 0, address);
	}
	await page.goto(`${world.at}/messages`);
	await page.getByText("No messages").waitFor();
	await end(browser);
	const outsider = await open(world, "mail", { by: await world.owner.org.member("viewer") });
	await outsider.page.getByText("Not for your role").waitFor();
	await end(outsider);
});

// What people do in the dashboard, each step looked up in what the API says afterwards.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { Client, makeEmail, makePassword, operator, ownServer, person, until } from "../harness/index.mjs";
import { assertGoodPage, atRest, openBrowser, openBrowserOf, save } from "./browser.mjs";

const serving = ownServer();
const MINUTES_MS = 60_000;

async function withOwner(run, options) {
	const server = await serving;
	const owner = await person(server, { name: "Ada Lovelace", password: true });
	const browser = await openBrowserOf(server, owner, options);
	const { page } = browser;
	page.on("dialog", (dialog) => assert.fail(`the page asked "${dialog.message()}" by the browser's own dialog`));
	await run({ server, owner, browser, page, dialog: page.getByRole("dialog"), api: await owner.token(), go: (path) => page.goto(server.url + path) });
	browser.assertCalm();
	await browser.close();
}

test("settings: each bad redirect URI is marked, good ones are saved, a stale form is refused", () => withOwner(async ({ owner, page, api, go }) => {
	await go(`/dashboard/projects/${owner.project.id}/settings`);
	await page.getByLabel("Redirect URI 1", { exact: true }).fill("http://not-local.example/callback");
	await page.getByRole("button", { name: "Add another" }).click();
	await page.getByLabel("Redirect URI 2", { exact: true }).fill("https://app.example/callback");
	await save(page, "Save changes");
	await page.locator("input[aria-invalid=true]").waitFor();
	assert.equal(await page.locator("input[aria-invalid=true]").getAttribute("aria-label"), "Redirect URI 1");
	await assertGoodPage(page, "settings with a refused redirect URI");
	await page.getByLabel("Redirect URI 1", { exact: true }).fill("http://localhost:3000/callback");
	await page.getByLabel("Name", { exact: false }).first().fill("Corner Shop");
	await save(page, "Save changes");
	await page.getByText("Settings saved").waitFor();
	const saved = (await api.get(`/api/v1/projects/${owner.project.id}`)).json;
	assert.deepEqual([saved.name, saved.redirect_uris.toSorted()], ["Corner Shop", ["http://localhost:3000/callback", "https://app.example/callback"]]);

	await page.getByLabel("Description").fill("mine");
	await api.patch(`/api/v1/projects/${owner.project.id}`, { description: "theirs" });
	await save(page, "Save changes");
	await page.getByText("Somebody changed this meanwhile.").waitFor();
	assert.equal((await api.get(`/api/v1/projects/${owner.project.id}`)).json.description, "theirs");
}));

test("settings: what is typed while the page reads them anew stays, and is saved; beside somebody else's change it is refused", () => withOwner(async ({ owner, page, api, go }) => {
	const at = `/api/v1/projects/${owner.project.id}`;
	await page.clock.install();
	await go(`/dashboard/projects/${owner.project.id}/settings`);
	const name = page.getByLabel("Name", { exact: false }).first();
	const description = page.getByLabel("Description");
	let release;
	const released = new Promise((resolve) => (release = resolve));
	await description.waitFor();
	await page.route(`**${at}`, async (route) => {
		if (route.request().method() === "GET")
			await released;
		await route.continue();
	});
	// Not save(): the button waits for what the page reads anew, and that is held.
	const press = () => page.getByRole("button", { name: "Save changes", exact: true }).click();
	const readAnew = () => page.waitForResponse((response) => response.url().endsWith(at) && response.request().method() === "GET");
	await name.fill("Corner Shop");
	const first = readAnew();
	await press();
	await page.getByText("Settings saved").waitFor();
	await description.fill("typed early");
	release();
	await first;
	await page.waitForTimeout(200);
	assert.equal(await description.inputValue(), "typed early");
	await press();
	await until("it is saved", async () => (await api.get(at)).json.description === "typed early");

	await page.waitForFunction(() => document.querySelector("button[type=submit]").disabled);
	await description.fill("mine");
	await api.patch(at, { description: "theirs" });
	const second = readAnew();
	await page.clock.fastForward(MINUTES_MS);
	await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
	await second;
	await page.waitForTimeout(200);
	assert.equal(await description.inputValue(), "mine");
	await press();
	await page.getByText("Somebody changed this meanwhile.").waitFor();
	assert.equal((await api.get(at)).json.description, "theirs");
}));

test("a project: a new client secret is shown once; another becomes the default; the old one is deleted by typing its slug", () => withOwner(async ({ owner, page, dialog, api, go }) => {
	const other = await owner.org.project({ name: "Other", slug: "other-one" });
	await go(`/dashboard/projects/${other.id}/settings`);
	await page.getByRole("button", { name: "New client secret" }).click();
	await dialog.getByRole("button", { name: "Replace the secret" }).click();
	const secret = dialog.getByLabel("Client secret", { exact: true });
	assert.match(await secret.innerText(), /^sec_\w{38}$/);
	await page.keyboard.press("Escape");
	await dialog.getByText("Close it without having stored it?").waitFor();
	await assertGoodPage(page, "the question before a secret is gone");
	assert.equal(await page.evaluate(() => document.activeElement.textContent), "Keep it open");
	await page.keyboard.press("Escape");
	await secret.waitFor();
	await page.waitForFunction(() => document.activeElement.closest("[role=dialog]"));
	await dialog.getByRole("button", { name: "I have stored it" }).click();

	await page.getByRole("button", { name: "Make default" }).click();
	await dialog.getByRole("button", { name: "Make default" }).click();
	await page.getByText("Other is the default now").waitFor();
	assert.equal((await api.get("/api/v1/projects?is_default=true")).json.data[0].id, other.id);
	await page.locator("button:disabled", { hasText: "Delete project" }).waitFor();

	await go(`/dashboard/projects/${owner.project.id}/settings`);
	await page.getByRole("button", { name: "Delete project" }).click();
	const confirm = dialog.getByRole("button", { name: "Delete for good" });
	assert.equal(await confirm.isDisabled(), true);
	await dialog.getByRole("textbox").fill("defaul");
	assert.equal(await confirm.isDisabled(), true);
	await dialog.getByRole("textbox").fill("default");
	await confirm.click();
	await page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
	assert.equal((await api.get(`/api/v1/projects/${owner.project.id}`)).status, 404);
}));

test("keys: a rotated key works on in its grace, a narrowed one has its scopes, a test key warns of the live default", () => withOwner(async ({ server, owner, page, dialog, go }) => {
	const old = await owner.org.key({ name: "Importer" });
	await go(`/dashboard/orgs/${owner.org.id}/api-keys`);
	await page.getByRole("button", { name: "Actions for Importer" }).click();
	await page.getByRole("menuitem", { name: "Rotate" }).click();
	await dialog.getByLabel("The old key").selectOption({ label: "Keep it for an hour" });
	await dialog.getByRole("button", { name: "Rotate" }).click();
	const secret = await dialog.getByLabel("New key", { exact: true }).innerText();
	await dialog.getByRole("button", { name: "I have stored it" }).click();
	await page.getByText("retiring", { exact: true }).waitFor();
	assert.equal((await old.get("/api/v1/whoami")).status, 200);
	assert.equal((await new Client(server, { bearer: secret }).get("/api/v1/whoami")).status, 200);

	await page.getByRole("button", { name: "New service key" }).click();
	await dialog.getByLabel("Name").fill("Reader");
	await dialog.getByLabel("Environment").selectOption("test");
	await dialog.getByLabel("Only some").check();
	await dialog.getByLabel("project.read").check();
	await dialog.getByLabel("member.read", { exact: true }).check();
	await dialog.getByRole("button", { name: "Create key" }).click();
	await dialog.getByText("This is a test key").waitFor();
	await assertGoodPage(page, "a key with a warning");
	const reader = new Client(server, { bearer: await dialog.getByLabel("Service key", { exact: true }).innerText() });
	assert.deepEqual((await reader.get("/api/v1/whoami")).json.credential.scopes, ["member.read", "project.read"]);
}));

test("members: a role is changed in the organization and overridden in a project; somebody is removed", () => withOwner(async ({ owner, page, dialog, api, go }) => {
	const colleague = await owner.org.member("member", { name: "Mary Somerville" });
	await go(`/dashboard/orgs/${owner.org.id}/members`);
	const change = dialog.getByRole("button", { name: "Change the role" });
	await page.getByLabel("Role of Mary Somerville").selectOption("manager");
	await change.waitFor();
	await assertGoodPage(page, "the question before a role changes");
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await dialog.waitFor({ state: "detached" });
	assert.equal(await page.getByLabel("Role of Mary Somerville").inputValue(), "member");
	assert.equal(await colleague.role(), "member");
	await page.getByLabel("Role of Mary Somerville").selectOption("manager");
	await change.click();
	await page.getByText("Role of Mary Somerville changed").waitFor();
	assert.equal(await colleague.role(), "manager");

	await go(`/dashboard/projects/${owner.project.id}/members`);
	await page.getByLabel("Role of Mary Somerville in this project").selectOption("viewer");
	await change.click();
	await page.getByText("Role of Mary Somerville changed").waitFor();
	const roles = async () => (await api.get(`/api/v1/projects/${owner.project.id}/members`)).json.data.find(({ user_id }) => user_id === colleague.id);
	assert.deepEqual([(await roles()).override, (await roles()).role], ["viewer", "viewer"]);
	await page.getByLabel("Role of Mary Somerville in this project").selectOption("");
	await change.click();
	await page.getByRole("row", { name: /Mary/ }).getByText("as in the organization (manager)").waitFor({ state: "attached" });
	await until("the override is gone", async () => (await roles()).override === null);

	await go(`/dashboard/orgs/${owner.org.id}/members`);
	await page.getByLabel("Role of Ada Lovelace").selectOption("viewer");
	await dialog.getByText("Change your own role?").waitFor();
	await change.click();
	await dialog.getByText("An organization needs at least one owner. Make somebody else owner first.").waitFor();
	await page.keyboard.press("Escape");
	await page.getByRole("button", { name: "Remove Mary Somerville" }).click();
	await dialog.getByRole("button", { name: "Remove" }).click();
	await page.getByText("Mary Somerville is removed").waitFor();
	assert.equal(await colleague.role(), null);
}));

test("a new organization has a project; deleting it asks for the password when the sign-in is old", () => withOwner(async ({ owner, page, dialog, go }) => {
	await go("/dashboard/orgs/new");
	await page.getByLabel("Name").fill("Second Thoughts");
	await page.getByRole("button", { name: "Create organization" }).click();
	await page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
	await page.getByRole("link", { name: /Default/ }).first().waitFor();
	await page.getByRole("link", { name: "Settings" }).click();
	await page.getByRole("button", { name: "Delete organization" }).click();
	await dialog.getByRole("textbox").fill("second-thoughts");
	await dialog.getByRole("button", { name: "Delete for good" }).click();

	const identity = page.getByRole("dialog", { name: "Confirm that it's you" });
	await identity.getByLabel(/^Password of/).fill(makePassword());
	await identity.getByRole("button", { name: "Confirm" }).click();
	await identity.getByText("The password is wrong.").waitFor();
	await assertGoodPage(page, "the question for the password");
	await identity.getByLabel(/^Password of/).fill(owner.password);
	await identity.getByRole("button", { name: "Confirm" }).click();
	await page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
	await page.getByRole("button", { name: /Switch organization/ }).click();
	await page.getByRole("menuitem", { name: "New organization" }).waitFor();
	assert.equal(await page.getByText("Second Thoughts").count(), 0);
}, { signedInAgo_ms: 10 * MINUTES_MS }));

test("account: another session is ended, and a changed password is the one that counts", () => withOwner(async ({ server, owner, page, go }) => {
	const elsewhere = await owner.session();
	await go("/dashboard/account");
	await page.getByRole("button", { name: /^End the session/ }).click();
	await page.getByText("Session ended").waitFor();
	assert.equal((await elsewhere.get("/api/v1/session")).status, 401);

	const password = makePassword();
	await page.getByLabel("Current password").fill(makePassword());
	await page.getByLabel("New password").fill(password);
	await page.getByRole("button", { name: "Change password" }).click();
	await page.getByText("That isn't your password.").waitFor();
	await page.getByLabel("Current password").fill(owner.password);
	await page.getByLabel("New password").fill(password);
	await page.getByRole("button", { name: "Change password" }).click();
	await page.getByText("Password changed").waitFor();

	const other = await openBrowser();
	await other.page.goto(`${server.url}/sign-in`);
	await other.page.getByLabel("E-mail address").fill(owner.email);
	await other.page.getByRole("button", { name: "Continue" }).click();
	await other.page.getByLabel("Password", { exact: true }).fill(password);
	await other.page.getByRole("button", { name: "Sign in" }).click();
	await other.page.getByRole("heading", { name: "Projects" }).waitFor();
	await other.close();
}));

test("the log shows what was just done, filters by what is pressed, and the events tell the same", () => withOwner(async ({ owner, page, api, go }) => {
	await api.patch(`/api/v1/projects/${owner.project.id}`, { description: "seen" });
	await go(`/dashboard/projects/${owner.project.id}/audit-log`);
	await page.locator("summary", { hasText: "project.updated" }).click();
	await page.getByRole("button", { name: "only project.updated" }).click();
	await page.getByRole("button", { name: "Remove the filter action project.updated" }).waitFor();
	await page.locator("summary", { hasText: "project.updated" }).waitFor();
	await page.getByRole("button", { name: "Remove the filter action project.updated" }).click();

	await page.getByLabel("Filter by action").fill("api_key.revoked");
	await page.getByRole("button", { name: "Filter" }).click();
	await page.getByText("Nothing matches").waitFor();

	await go(`/dashboard/projects/${owner.project.id}/events`);
	await page.getByLabel("Types of events").fill("project.*");
	await page.getByRole("button", { name: "Filter" }).click();
	await page.locator("summary", { hasText: "project.updated" }).click();
	await page.getByText('"seen"').waitFor();
}));

test("the organization that runs Gatehouse offers nothing that is always refused", async () => {
	const server = await serving;
	const owner = await operator(server);
	const other = await person(server);
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const open = async (path, heading) => {
		await page.goto(server.url + path);
		await page.getByRole("heading", { level: 1, name: heading }).waitFor();
		await atRest(browser);
	};
	const count = (name) => page.getByRole("button", { name }).count();
	await open(`/dashboard/orgs/${server.operatorOrgId}/settings`, "Organization settings");
	assert.deepEqual([await count("Leave"), await count("Delete organization")], [1, 0]);

	await open(`/dashboard/projects/${server.consoleId}/settings`, "Project settings");
	assert.deepEqual([await count("New client secret"), await count("Make default"), await count("Delete project")], [1, 0, 0]);
	assert.equal(await page.getByLabel("Slug").isDisabled(), true);

	await open(`/dashboard/projects/${server.consoleId}/api-keys`, "API keys");
	await page.getByText("The console takes no keys").waitFor();
	assert.equal(await count("New service key"), 0);
	await assertGoodPage(page, "the console's keys");
	await open(`/dashboard/orgs/${server.operatorOrgId}/api-keys`, "API keys");
	await page.getByRole("button", { name: "New service key" }).first().click();
	const pins = page.getByRole("dialog").getByLabel("Project", { exact: true });
	await pins.waitFor();
	assert.deepEqual((await pins.locator("option").allTextContents()).filter((text) => /^(Console|Default) /.test(text)), ["Default (live)"]);
	browser.assertCalm();
	await browser.close();

	const elsewhere = await openBrowserOf(server, other);
	await elsewhere.page.goto(`${server.url}/dashboard/orgs/${other.org.id}/settings`);
	await elsewhere.page.getByRole("button", { name: "Delete organization" }).waitFor();
	await elsewhere.close();
});

test("long words are cut on a project's card, the marked segment lies in its control, each card has one View as API", () => withOwner(async ({ owner, page, api, go }) => {
	await api.patch(`/api/v1/projects/${owner.project.id}`, { name: "Long names ".repeat(23).trim(), description: "And more words. ".repeat(31).trim() });
	await go(`/dashboard/orgs/${owner.org.id}/projects`);
	const card = page.getByRole("link", { name: /Long names/ }).first();
	await card.waitFor();
	const { height } = await card.boundingBox();
	assert.ok(height > 100 && height < 280, `the card is ${height} px high`);

	const overhang = () => page.evaluate(() => {
		const box = (part) => document.querySelector(`.mantine-SegmentedControl-${part}`).getBoundingClientRect();
		const [outer, inner] = [box("root"), box("indicator")];
		return inner.width === 0 ? NaN : Math.max(outer.left - inner.left, outer.top - inner.top, inner.right - outer.right, inner.bottom - outer.bottom);
	});
	await until("the segment's mark is drawn", async () => (await overhang()) < 0);

	await go("/dashboard/account");
	await page.getByText("this one", { exact: true }).waitFor();
	const lines = page.getByRole("main").getByRole("button", { name: "View as API" });
	const cards = page.getByRole("main").getByRole("region");
	await until("each card is drawn", async () => (await cards.count()) >= 3 && (await lines.count()) === (await cards.count()));
	for (const each of await cards.all())
		assert.equal(await each.getByRole("button", { name: "View as API" }).count(), 1);
}));

test("an invitation says until when it works, and a week is 7 days", () => withOwner(async ({ owner, page, dialog, go }) => {
	await go(`/dashboard/orgs/${owner.org.id}/invitations`);
	await page.getByRole("button", { name: "Invite somebody" }).first().click();
	const email = makeEmail("invited");
	await dialog.getByLabel("E-mail address").fill(email);
	await dialog.getByRole("button", { name: "Invite", exact: true }).click();
	await dialog.getByText(/it works until \w{3} \d+, \d{4}/).waitFor();
	await dialog.getByRole("button", { name: "Done" }).click();
	await page.getByRole("row", { name: email }).getByText("in 7 days").waitFor();
}));

test("a viewer sees no button that would be refused, and a page beyond the role says so", async () => {
	const server = await serving;
	const owner = await person(server);
	const viewer = await owner.org.member("viewer");
	const browser = await openBrowserOf(server, viewer);
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/projects`);
	await page.getByRole("link", { name: /Default/ }).first().waitFor();
	assert.equal(await page.getByRole("button", { name: "New project" }).count(), 0);
	assert.equal(await page.getByRole("link", { name: "Audit log" }).count(), 0);
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/audit-log`);
	await page.getByRole("heading", { name: "Not for your role" }).waitFor();
	await page.getByText(/req_\w{16}/).waitFor();
	await assertGoodPage(page, "a forbidden page");
	await browser.close();
});

test("by keyboard alone: skip to the page, open a dialog, stay inside it, leave it, and be back at its button", () => withOwner(async ({ owner, page, dialog, go }) => {
	await go(`/dashboard/orgs/${owner.org.id}/projects`);
	await page.getByRole("link", { name: /Default/ }).first().waitFor();
	await page.keyboard.press("Tab");
	assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the page");
	const button = page.getByRole("button", { name: "New project" });
	await button.focus();
	await page.keyboard.press("Enter");
	await dialog.waitFor();
	assert.equal(await page.evaluate(() => document.activeElement.labels?.[0]?.textContent.trim().startsWith("Name")), true);
	for (let i = 0; i < 14; i++) {
		await page.keyboard.press("Tab");
		assert.equal(await page.evaluate(() => document.activeElement.closest("[role=dialog]") !== null), true, `after ${i + 1} tabs`);
	}
	await page.keyboard.press("Escape");
	await dialog.waitFor({ state: "detached" });
	await page.waitForFunction(() => document.activeElement?.textContent === "New project");
	const outline = await button.evaluate((element) => getComputedStyle(element).outlineStyle);
	assert.notEqual(outline, "none", "the focus is visible");
}));

test("a list that can't be had says why, with code and request id, and comes when it's asked for again", () => withOwner(async ({ owner, page, go }) => {
	let isBroken = true;
	const refusal = { error: { code: "internal", message: "Something went wrong on our side." }, request_id: "req_0123456789abcdef" };
	await page.route(/\/api\/v1\/projects(\?|$)/, (route) => (isBroken
		? route.fulfill({ status: 500, contentType: "application/json", body: JSON.stringify(refusal) })
		: route.continue()));
	await go(`/dashboard/orgs/${owner.org.id}/projects`);
	await page.getByRole("heading", { name: "That didn't work" }).waitFor();
	await page.getByText("req_0123456789abcdef").waitFor();
	await page.getByText("internal", { exact: true }).waitFor();
	await assertGoodPage(page, "a list that can't be had");
	isBroken = false;
	await page.getByRole("button", { name: "Try again" }).click();
	await page.getByRole("link", { name: /Default/ }).first().waitFor();
}, { answersMayFail: true }));

test("an empty list says what belongs there and offers the one button for it", () => withOwner(async ({ owner, page, dialog, go }) => {
	await go(`/dashboard/projects/${owner.project.id}/api-keys`);
	await page.getByRole("heading", { name: "One key per integration" }).waitFor();
	await assertGoodPage(page, "an empty list");
	await page.getByRole("button", { name: "New service key" }).last().click();
	await dialog.getByLabel("Name").waitFor();
}));

/** Runs a shown line in a shell of its own, as somebody who pastes it would. */
function paste(server, line, env) {
	const result = spawnSync("bash", ["-c", line], { env: { ...process.env, ...env, CURL_CA_BUNDLE: server.basis.tls.ca }, encoding: "utf8", timeout: 20000 });
	assert.equal(result.status, 0, result.stderr);
	return result.stdout === "" ? null : JSON.parse(result.stdout);
}

test("the curl lines do what the buttons do: one with a token, one with the session that minting keys asks for", () => withOwner(async ({ server, owner, page, dialog, api, go }) => {
	await go(`/dashboard/orgs/${owner.org.id}/projects`);
	await page.getByRole("button", { name: "New project" }).click();
	await dialog.getByLabel("Name").fill("O'Reilly & sons");
	await dialog.getByRole("button", { name: "View as API" }).click();
	const create = await dialog.getByLabel("curl for POST", { exact: true }).innerText();
	const project = paste(server, create, { GATEHOUSE_KEY: api.secret });
	assert.deepEqual([project.name, project.environment], ["O'Reilly & sons", "test"]);

	await go(`/dashboard/orgs/${owner.org.id}/api-keys`);
	await page.getByRole("button", { name: "New service key" }).first().click();
	await dialog.getByLabel("Name").fill("Pasted");
	await dialog.getByRole("button", { name: "View as API" }).click();
	const mint = await dialog.getByLabel("curl for POST", { exact: true }).innerText();
	const session = await owner.session();
	const { csrf_token: token } = (await session.get("/api/v1/session")).json;
	const key = paste(server, mint, { SESSION: session.token, CSRF_TOKEN: token });
	assert.deepEqual([key.name, key.org_id], ["Pasted", owner.org.id]);
	assert.equal((await new Client(server, { bearer: key.secret }).get("/api/v1/whoami")).status, 200);
}));

test("a part of the page that a newer version has replaced makes the page load anew, once", () => withOwner(async ({ owner, browser, page, dialog, go }) => {
	await go(`/dashboard/orgs/${owner.org.id}/projects`);
	await page.getByRole("link", { name: /Default/ }).first().waitFor();
	let misses = 0;
	await page.route(/\/assets\/create-project-/, (route) => (misses++ === 0 ? route.fulfill({ status: 404, body: "" }) : route.continue()));
	await page.evaluate(() => { globalThis.isOldPage = true; });
	await page.getByRole("button", { name: "New project" }).click();
	await page.waitForFunction(() => !globalThis.isOldPage);
	browser.forget();	// the part that was missing may have been drawn in the moment before
	await page.getByRole("link", { name: /Default/ }).first().waitFor();
	await page.getByRole("button", { name: "New project" }).click();
	await dialog.getByLabel("Name").waitFor();
}, { answersMayFail: true }));

// A code made in one browser lets another person in; the palette finds it all; operators suspend, and a project is reset.

import assert from "node:assert/strict";
import { test } from "node:test";
import { auditEvent, event, inviteCode, license, makeSlug, operator, ownServer, person, user } from "../harness/index.mjs";
import { assertGoodPage, openBrowser, openBrowserOf, save } from "./browser.mjs";

const serving = ownServer();

test("an organization lets itself be found in its settings, and then is by whoever looks for one to join", async () => {
	const server = await serving;
	const name = makeSlug("Difference");
	const owner = await person(server, { orgName: name });
	const looking = await openBrowserOf(server, await person(server));
	const look = async (found) => {
		await looking.page.goto(`${server.url}/dashboard/join`);
		await looking.page.getByLabel("Name").fill(name);
		await looking.page.getByText(found, { exact: true }).waitFor();
	};
	await look("None by that name");
	const browser = await openBrowserOf(server, owner);
	await browser.page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/settings`);
	await browser.page.getByLabel("Discoverable").check();
	await assertGoodPage(browser.page, "the organization's settings");
	await save(browser.page, "Save changes");
	await browser.page.getByText("Settings saved").waitFor();
	await look(name);
	for (const { close, assertCalm } of [browser, looking]) {
		assertCalm();
		await close();
	}
});

test("a code: made once, joined in the dashboard and from the link; what is wrong with one is said", async () => {
	const server = await serving;
	const owner = await person(server, { orgName: "Analytical Engines" });
	const inviting = await openBrowserOf(server, owner);
	await inviting.page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/invitations`);
	await inviting.page.getByRole("button", { name: "Invite somebody" }).first().click();
	const dialog = inviting.page.getByRole("dialog");
	await dialog.getByText("By a code").click();
	await dialog.getByLabel("How many people may join").fill("2");
	await assertGoodPage(inviting.page, "the dialog that makes a code");
	await dialog.getByRole("button", { name: "Make the code" }).click();
	const code = (await dialog.getByLabel("Invite code", { exact: true }).innerText()).trim();
	assert.match(code, /^[2-9A-HJKMNP-Z]{4}(-[2-9A-HJKMNP-Z]{4}){2}$/);
	await assertGoodPage(inviting.page, "the code that is shown once");
	await dialog.getByRole("button", { name: "Done" }).click();
	await inviting.page.getByText("a code, 0 of 2 used").waitFor();
	inviting.assertCalm();
	await inviting.close();

	const first = await openBrowserOf(server, await person(server));
	await first.page.goto(`${server.url}/dashboard/join`);
	await first.page.getByRole("heading", { level: 1, name: "Join an organization" }).waitFor();
	await first.page.getByLabel("Name").fill("zz");
	await first.page.getByText("None by that name").waitFor();
	await assertGoodPage(first.page, "the page for joining");
	await first.page.getByLabel("Invite code").fill("2222-2222-2222");
	await first.page.getByRole("button", { name: "Join", exact: true }).click();
	await first.page.getByRole("alert").waitFor();
	await first.page.getByLabel("Invite code").fill(code.toLowerCase());
	await first.page.getByRole("button", { name: "Join", exact: true }).click();
	await first.page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
	assert.match(first.page.url(), new RegExp(owner.org.id));
	first.assertCalm();
	await first.close();

	const second = await openBrowserOf(server, await person(server));
	await second.page.goto(`${server.url}/join#${code}`);
	await second.page.getByRole("heading", { name: "Join Analytical Engines" }).waitFor();
	await assertGoodPage(second.page, "a code's link");
	await second.page.getByRole("button", { name: "Join", exact: true }).click();
	await second.page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
	second.assertCalm();
	await second.close();

	const late = await openBrowser();
	await late.page.goto(`${server.url}/join`);
	await assertGoodPage(late.page, "the page that asks for a code");
	await late.page.getByLabel(/^Code/).fill(code);
	await late.page.getByRole("button", { name: "Continue" }).click();
	await late.page.getByRole("heading", { name: "This invitation doesn't work any more" }).waitFor();
	late.assertCalm();
	await late.close();
});

test("Ctrl-K: a key's id leads to its row, a name to its project", async () => {
	const server = await serving;
	const owner = await person(server);
	const name = makeSlug("Loom");
	const project = await owner.org.project({ name });
	const key = await owner.org.key({ project, name: "Weaver" });
	const sold = await license(owner, project);
	await inviteCode(owner.org);
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/projects`);
	await page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
	const find = async (text) => {
		await page.keyboard.press("Control+k");
		await page.getByLabel("Id, name, slug, e-mail or license key").fill(text);
		await page.getByRole("option").first().waitFor();
	};
	await find(key.id);
	await assertGoodPage(page, "the palette");
	await page.keyboard.press("Enter");
	await page.waitForURL(`**/dashboard/projects/${project.id}/api-keys#${key.id}`);
	await page.locator("tr.gh-target").getByText("Weaver").waitFor();
	await find(name);
	await page.getByRole("option", { name: new RegExp(`${name}.*Project`) }).click();
	await page.waitForURL(`**/dashboard/projects/${project.id}`);
	await find(sold.key);
	await page.keyboard.press("Enter");
	await page.waitForURL(`**/dashboard/projects/${project.id}/licenses/${sold.id}`);
	browser.assertCalm();
	await browser.close();
});

test("Ctrl-K: what stands far behind the first page is shown all the same, an app's user on a page of their own", async () => {
	const server = await serving;
	const owner = await person(server);
	const { org } = owner;
	const project = await org.project();
	const first = {
		member: (await org.member("viewer", { name: "Grace Hopper" })).memberId,
		invitation: (await inviteCode(org, { max_uses: 7 })).id,
		key: (await org.key({ project, name: "Weaver" })).id,
		token: (await owner.token({ name: "My script" })).id,
		entry: (await auditEvent(org, { action: "org.updated" })).id,
		event: (await event(project, { server, type: "project.updated" })).id,
	};
	for (let i = 0; i < 60; i++) {
		await Promise.all([
			org.member("viewer"), inviteCode(org), org.key({ project }), auditEvent(org, { action: "member.added" }),
			event(project, { server, type: "api_key.created" }),
		]);
	}
	const shopper = await user(project, { server, name: "Sam Shopper" });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/orgs/${org.id}/projects`);
	await page.getByRole("heading", { level: 1, name: "Projects" }).waitFor();
	const landOn = async (text, target) => {
		await page.keyboard.press("Control+k");
		await page.getByLabel("Id, name, slug, e-mail or license key").fill(text);
		await page.getByRole("dialog").getByRole("option").first().waitFor();
		await page.keyboard.press("Enter");
		await target.waitFor();
	};
	const marked = (text) => page.locator(".gh-target").getByText(text, { exact: true });
	await landOn(first.member, marked("Grace Hopper"));
	await landOn(first.invitation, marked("a code, 0 of 7 used"));
	await landOn(first.key, marked("Weaver"));
	await landOn(first.token, marked("My script"));
	await landOn(first.entry, marked("org.updated"));
	await page.getByLabel(`JSON of ${first.entry}`, { exact: true }).waitFor();
	await landOn(first.event, marked("project.updated"));
	await assertGoodPage(page, "a list with what was looked for first");
	await landOn(shopper.id, page.getByRole("heading", { level: 1, name: shopper.email }));
	browser.assertCalm();
	await browser.close();
});

test("operators suspend an organization by typing its slug; nobody else has the page; a project is reset by typing RESET", async () => {
	const server = await serving;
	const tenant = await person(server, { orgName: makeSlug("Tenant") });
	const boss = await openBrowserOf(server, await operator(server));
	const { page } = boss;
	await page.goto(`${server.url}/dashboard/orgs/${server.operatorOrgId}/members`);
	await page.getByRole("link", { name: "Installation" }).click();
	await page.getByLabel("Name, slug or id").fill(tenant.org.slug);
	await page.getByRole("button", { name: `Suspend ${tenant.org.slug}` }).click();
	await assertGoodPage(page, "the dialog that suspends");
	const dialog = page.getByRole("dialog");
	assert.ok(await dialog.getByRole("button", { name: "Suspend" }).isDisabled());
	await dialog.getByLabel(/Type/).fill(tenant.org.slug);
	await dialog.getByRole("button", { name: "Suspend" }).click();
	await page.getByRole("button", { name: `Resume ${tenant.org.slug}` }).click();
	await dialog.getByRole("button", { name: "Resume" }).click();
	await page.getByRole("button", { name: `Suspend ${tenant.org.slug}` }).waitFor();
	await assertGoodPage(page, "the installation");
	boss.assertCalm();
	await boss.close();

	const browser = await openBrowserOf(server, tenant);
	const project = await tenant.org.project({ redirect_uris: ["https://loom.example.com/callback"] });
	await browser.page.goto(`${server.url}/dashboard/projects/${project.id}/settings`);
	await browser.page.getByText("0 keys used in the last 24 hours").waitFor();
	assert.equal(await browser.page.getByRole("link", { name: "Installation" }).count(), 0);
	await browser.page.getByRole("button", { name: "Reset settings" }).click();
	await assertGoodPage(browser.page, "the dialog that resets");
	await browser.page.getByRole("dialog").getByLabel(/Type/).fill("RESET");
	await browser.page.getByRole("dialog").getByRole("button", { name: "Reset" }).click();
	await browser.page.getByText("has the settings of its first day").waitFor();
	assert.equal(await server.sql.value`SELECT CONVERT(uri USING utf8mb4) FROM client_uris WHERE project_id = ${project.id}`, "http://localhost/callback");
	browser.assertCalm();
	await browser.close();
});

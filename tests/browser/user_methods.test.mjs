// A member looks after how a project's user signs in, and acts in their name.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { expectStatus, factor, identity, ownServer, projectUser, projectWith, until } from "../harness/index.mjs";
import { openBrowserOf } from "./browser.mjs";

const server = await ownServer();

test("second factors and linked accounts are removed after a question; the last way in stays", async () => {
	const { owner, project, user } = await projectWith(server, {});
	await factor(project.id, user.id, { server });
	await identity(project.id, user.id, { server, provider: "github" });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");
	await page.goto(`${server.url}/dashboard/projects/${project.id}/users/${user.id}`);
	await page.getByRole("tab", { name: "Methods" }).click();
	await page.getByText("They have one.").waitFor();
	await page.getByRole("button", { name: "Remove Authenticator app" }).click();
	await dialog.getByRole("button", { name: "Remove", exact: true }).click();
	await page.getByText("No second factor").waitFor();
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM user_factors WHERE user_id = ${user.id}`, 0);
	await server.sql.run`DELETE FROM user_passwords WHERE user_id = ${user.id}`;
	await page.getByRole("button", { name: "Unlink github" }).click();
	await dialog.getByRole("button", { name: "Unlink", exact: true }).click();
	await dialog.getByText("Set a password first.").first().waitFor();
	await dialog.getByRole("button", { name: "Cancel" }).click();
	await page.getByRole("cell", { name: "github" }).first().waitFor();
	browser.assertCalm();
	await browser.close();
});

test("a user's activity has two sides: what was done to them, and what they did", async () => {
	const { owner, project, user } = await projectWith(server, {});
	const [session, owners] = [await (await projectUser(server, project)).session(), await owner.session({ headers: { "X-Project-Id": project.id } })];
	expectStatus(await session.patch("/api/v1/account", { name: "Bea" }), 200);
	const { id } = await server.sql.row`SELECT actor_id AS id FROM audit_events WHERE project_id = ${project.id} AND action = 'user.updated'`;
	assert.notEqual(id, user.id);
	expectStatus(await owners.post(`/api/v1/users/${id}/deactivate`, {}), 200);
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/projects/${project.id}/users/${id}`);
	await page.getByRole("tab", { name: "Activity" }).click();
	await page.getByText("user.deactivated").waitFor();
	await page.getByText("Done by them").click();
	await page.getByText("user.updated").waitFor();
	await page.getByText("user.deactivated").waitFor({ state: "detached" });
	browser.assertCalm();
	await browser.close();
});

test("impersonating asks a reason and opens a link that works once; the user's page shows who acts", async () => {
	const { owner, project, user } = await projectWith(server, {});
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");
	await page.goto(`${server.url}/dashboard/projects/${project.id}/users/${user.id}`);
	await page.getByRole("button", { name: "Impersonate" }).click();
	await dialog.getByLabel("Reason").fill("too short");
	await dialog.getByRole("button", { name: "Make a link" }).click();
	await dialog.getByText("Write at least 10 characters.").waitFor();
	await dialog.getByLabel("Reason").fill("They see an empty basket");
	await dialog.getByLabel("Ticket").fill("T-42");
	await dialog.getByLabel("For").selectOption("15");
	await dialog.getByRole("button", { name: "Make a link" }).click();
	const opened = page.context().waitForEvent("page");
	await dialog.getByRole("link", { name: "Open in a new tab" }).click();
	const tab = await opened;
	await tab.getByRole("heading", { name: "Act in a user's name?" }).waitFor();
	await tab.getByRole("button", { name: "Continue" }).click();
	await tab.getByText(`${owner.email} acts in this person's name.`).waitFor();
	await tab.getByRole("button", { name: "Stop" }).click();
	await tab.getByLabel("E-mail address").waitFor();
	const recorded = await until("it is recorded", () => server.sql.row`SELECT data FROM events WHERE project_id = ${project.id} AND type = 'user.impersonated'`);
	const data = JSON.parse(recorded.data);
	assert.deepEqual([data.reason, data.ticket, data.minutes], ["They see an empty basket", "T-42", 15]);
	browser.assertCalm();
	await browser.close();
});

test("what is kept about somebody is saved as a file", async () => {
	const { owner, project, user } = await projectWith(server, {});
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/projects/${project.id}/users/${user.id}`);
	const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Export" }).click()]);
	assert.equal(download.suggestedFilename(), `${user.id}.json`);
	const kept = JSON.parse(fs.readFileSync(await download.path(), "utf8"));
	assert.equal(kept.profile.email, user.email);
	browser.assertCalm();
	await browser.close();
});

test("a file of semicolons with a spreadsheet's names for its columns is imported as it is; one that holds no objects is refused", async () => {
	const { owner, project } = await projectWith(server, {});
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");
	const choose = (name, text) => page.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
	await page.goto(`${server.url}/dashboard/projects/${project.id}/users`);
	await page.getByRole("button", { name: "Import" }).click();
	await choose("people.json", "[null]");
	await dialog.getByText("Each user has to be a JSON object.").waitFor();
	await choose("people.csv", 'E-Mail;Full Name;ID\r\nann@example.com;"Ann; ""Q"", One";1\r\nbob@example.com;Bob;2\r\n');
	await dialog.getByRole("button", { name: "Import 2 users" }).click();
	await dialog.getByText(/2 created/i).waitFor();
	assert.deepEqual(await server.sql.rows`SELECT email, name, external_id FROM users WHERE project_id = ${project.id} AND external_id IS NOT NULL ORDER BY email`,
		[{ email: "ann@example.com", name: 'Ann; "Q", One', external_id: Buffer.from("1") }, { email: "bob@example.com", name: "Bob", external_id: Buffer.from("2") }]);
	browser.assertCalm();
	await browser.close();
});

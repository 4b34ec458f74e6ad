// A project's user looks after their account on its hosted page.

import assert from "node:assert/strict";
import { test } from "node:test";
import { makeEmail, makePassword, ownServer, person, projectUser, waitForMail } from "../harness/index.mjs";
import { png } from "../harness/pictures.mjs";
import { assertGoodPage, openBrowser, save } from "./browser.mjs";

const serving = ownServer();

async function place() {
	const server = await serving;
	const owner = await person(server);
	const project = await owner.org.project({ name: "Shop" });
	return { server, owner, project, home: `${server.authUrl}/p/${project.clientId}/account` };
}

async function signIn(page, user) {
	await page.getByLabel("E-mail address").fill(user.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(user.password);
	await page.getByRole("button", { name: "Sign in" }).click();
}

const open = (page, part) => page.locator("summary", { hasText: part }).click();

test("who isn't signed in signs in first and comes back; name, username and picture are theirs to change", async () => {
	const { server, project, home } = await place();
	const user = await projectUser(server, project, { password: true });
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(home);
	await signIn(page, user);
	await page.getByRole("heading", { name: user.name }).waitFor();
	assert.ok(page.url().startsWith(home), page.url());
	await assertGoodPage(page, "the account page");

	await open(page, "Profile");
	await page.getByLabel("Your name").fill("Samantha");
	await assertGoodPage(page, "the profile");
	await save(page);
	await page.getByRole("heading", { name: "Samantha" }).waitFor();
	await open(page, "Profile");
	await page.getByLabel("Picture").setInputFiles({ name: "me.png", mimeType: "image/png", buffer: png({ width: 1200, height: 900 }) });
	await page.locator("img.picture").waitFor();
	const row = await user.row();
	assert.deepEqual([row.name, row.image_digest?.length], ["Samantha", 32]);
	browser.assertCalm();
	await browser.close();
});

test("a new address by its code, a new password, and an end to the other sessions", async () => {
	const { server, project, home } = await place();
	const user = await projectUser(server, project, { password: true });
	const other = await user.session();
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(home);
	await signIn(page, user);
	await page.getByRole("heading", { name: user.name }).waitFor();
	const email = makeEmail("next");
	await open(page, "E-mail address");
	await page.getByLabel("New e-mail address").fill(email);
	await page.getByRole("button", { name: "Send a code" }).first().click();
	await page.getByText("A code is on its way.").waitFor();
	await assertGoodPage(page, "the code for the new address");
	await page.getByLabel(`Code that went to ${email}`).fill((await waitForMail(server, email)).code);
	await page.getByRole("button", { name: "Confirm" }).click();
	await page.getByText("Saved.").waitFor();
	await page.locator("p.lead", { hasText: email }).waitFor();

	await open(page, "Sessions");
	await page.getByRole("button", { name: "End this session" }).click();
	await page.getByText("Done.").waitFor();
	assert.equal((await other.get("/api/v1/session")).status, 401);

	await open(page, "Password");
	await page.getByLabel("Current password").fill("not the right one 4");
	await page.getByLabel("New password").fill(makePassword());
	await page.getByRole("button", { name: "Change the password" }).click();
	await page.getByText("The current password is wrong.").waitFor();
	await page.getByLabel("Current password").fill(user.password);
	await page.getByRole("button", { name: "Change the password" }).click();
	await page.getByText("Your password is changed.").waitFor();
	await browser.close();
});

test("deleting asks for the word, and for a young sign-in", async () => {
	const { server, project, home } = await place();
	const user = await projectUser(server, project, { password: true });
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(home);
	await signIn(page, user);
	await page.getByRole("heading", { name: user.name }).waitFor();
	await server.sql.run`UPDATE sessions SET authenticated_at = NOW(3) - INTERVAL 1 HOUR WHERE user_id = ${user.id}`;
	await open(page, "Delete the account");
	await page.getByLabel("Type DELETE to confirm").fill("DELETE");
	await page.getByRole("button", { name: "Delete the account" }).click();
	await page.getByLabel("Password", { exact: true }).fill(user.password);
	await page.getByRole("button", { name: "Sign in" }).click();
	await page.getByRole("heading", { name: user.name }).waitFor();
	await open(page, "Delete the account");
	await page.getByLabel("Type DELETE to confirm").fill("DELETE");
	await page.getByRole("button", { name: "Delete the account" }).click();
	await page.getByRole("heading", { name: "Good-bye" }).waitFor();
	await assertGoodPage(page, "the good-bye");
	assert.equal((await user.row()).status, "deleted");
	await browser.close();
});

test("two accounts in one browser: beside the first, and back", async () => {
	const { server, project, home } = await place();
	const [one, two] = [await projectUser(server, project, { password: true, name: "One" }), await projectUser(server, project, { password: true, name: "Two" })];
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(home);
	await signIn(page, one);
	await page.getByRole("heading", { name: "One" }).waitFor();
	await page.getByRole("link", { name: "Use another account as well" }).click();
	await signIn(page, two);
	await page.getByRole("heading", { name: "Two" }).waitFor();
	await page.goto(home.replace(/account$/, "sign-out"));
	await page.getByText(`You are signed in as ${two.email}, ${one.email}.`).waitFor();
	await page.goto(home);
	await page.getByRole("button", { name: `Go on as ${one.email}` }).click();
	await page.getByRole("heading", { name: "One" }).waitFor();
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.getByRole("heading", { name: "Two" }).waitFor();
	await page.getByRole("button", { name: "Sign out" }).click();
	await page.getByLabel("E-mail address").waitFor();
	await browser.close();
});

test("an impersonation: the link's page asks, the banner names who acts, stopping ends it", async () => {
	const { server, owner, project } = await place();
	const user = await projectUser(server, project);
	const answer = await (await owner.session()).post(`/api/v1/users/${user.id}/impersonate`, { reason: "They can't find their order" }, { headers: { "X-Project-Id": project.id } });
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(answer.json.redirect_to);
	await page.getByRole("heading", { name: "Act in a user's name?" }).waitFor();
	await assertGoodPage(page, "the page before an impersonation");
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByText(`${owner.email} acts in this person's name.`).waitFor();
	await assertGoodPage(page, "the account with the banner");
	await page.getByRole("button", { name: "Stop" }).click();
	await page.getByLabel("E-mail address").waitFor();
	await browser.close();
});

test("the dashboard's account page: a new name, a new address by its link, the data, and the last owner who can't go", async () => {
	const server = await serving;
	const owner = await person(server, { password: true });
	const session = await owner.session();
	const browser = await openBrowser();
	const { page } = browser;
	await page.context().addCookies([{ name: "__Host-gatehouse", value: session.token, url: server.url, secure: true, httpOnly: true, sameSite: "Lax" }]);
	await page.goto(`${server.url}/dashboard/account`);
	await page.getByLabel("New e-mail address").waitFor();
	await assertGoodPage(page, "the account page of the dashboard");
	await page.getByLabel("Name", { exact: true }).fill("Renamed Owner");
	await save(page);
	await page.getByText("Saved").first().waitFor();
	assert.equal(await server.sql.value`SELECT name FROM users WHERE id = ${owner.id}`, "Renamed Owner");

	const email = makeEmail("next");
	await page.getByLabel("New e-mail address").fill(email);
	await page.getByRole("button", { name: "Send a code" }).click();
	await page.getByLabel(`Code that went to ${email}`).waitFor();
	await page.goto((await waitForMail(server, email)).url);
	await page.reload();
	await page.getByRole("button", { name: "Confirm my address" }).click();
	await page.getByText("Your e-mail address is changed").first().waitFor();
	assert.equal(await server.sql.value`SELECT email FROM users WHERE id = ${owner.id}`, email);

	const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download your data" }).click()]);
	assert.equal(download.suggestedFilename(), "account.json");
	await page.getByRole("button", { name: "Delete your account" }).click();
	await page.getByLabel("Type DELETE to confirm").fill("DELETE");
	await page.getByRole("button", { name: "Delete for good" }).click();
	await page.getByText(/owner/).first().waitFor();
	assert.equal(await server.sql.value`SELECT status FROM users WHERE id = ${owner.id}`, "active");
	await browser.close();
});

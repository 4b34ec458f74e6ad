// The plan page of a sign-in, and plan and payments in the account (licensing.md rule 24).

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, feature, manualProvider, ownServer, person, plan, projectUser } from "../harness/index.mjs";
import { assertGoodPage, openBrowser, signInAs } from "./browser.mjs";

const serving = ownServer({ jobs: false });

async function make() {
	const server = await serving;
	const owner = await person(server, { password: true });
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const seats = await feature(owner, project, { feature_key: "seats", type: "limit" });
	await plan(owner, project, { plan_key: "free", display_name: "Free", price: 0, is_default: true, sort: 1, features: { [seats.feature_key]: 1 } });
	await plan(owner, project, { plan_key: "pro", display_name: "Pro", sort: 2, description: "For whoever works with it", features: { [seats.feature_key]: null } });
	await manualProvider(owner, project);
	return { server, owner, project, session, user: await projectUser(server, project, { password: true }), at: `${server.authUrl}/p/${project.clientId}` };
}

test("a sign-in passes the plans; a payment is left and come back from, paid; the account shows plan and payment", async () => {
	const { server, project, session, user, at } = await make();
	const { page, ...browser } = await openBrowser();
	await page.goto(`${at}/sign-in`);
	await page.getByLabel("E-mail address").fill(user.email);
	await page.getByRole("button", { name: "Continue" }).click();
	await page.getByLabel("Password", { exact: true }).fill(user.password);
	await page.getByRole("button", { name: "Sign in", exact: true }).click();
	await page.getByRole("heading", { name: "Choose a plan" }).waitFor();
	await page.getByText("Current").waitFor();
	await page.getByText("seats: unlimited").waitFor();
	await page.getByText("a month").waitFor();
	await assertGoodPage(page, "the plan page");
	await page.getByRole("button", { name: "Choose Pro" }).click();
	await page.getByRole("heading", { name: /^Pay / }).waitFor();
	const back = page.getByRole("link", { name: /^Back to/ });
	await back.click();
	await page.getByText("hasn't arrived yet").waitFor();
	await page.getByRole("button", { name: "Continue" }).waitFor();
	await page.reload();
	await page.getByText("hasn't arrived yet").waitFor();
	const id = await server.sql.value`SELECT id FROM payments WHERE project_id = ${project.id}`;
	expectStatus(await session.post(`/api/v1/payments/${id}/settle`, { reference: "R1" }), 200);
	await page.reload();
	await page.getByRole("heading", { name: "You can go back to the app" }).waitFor();
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM sessions WHERE project_id = ${project.id} AND user_id = ${user.id}`, 1);
	await page.goto(`${at}/account`);
	await page.locator("summary", { hasText: "Plan" }).click();
	await page.getByText(/^Until /).waitFor();
	await page.locator("summary", { hasText: "Payments" }).click();
	await page.getByText(/· Paid$/).waitFor();
	await page.getByRole("button", { name: "End my plan" }).click();
	await page.getByText("isn't renewed").waitFor();
	await page.getByRole("button", { name: "End my plan" }).click();
	await page.getByRole("status").filter({ hasText: "Your plan ends on" }).waitFor();
	await browser.close();
});

test("not now goes on without; the prices stand open without a sign-in; a free plan is chosen in the account; it speaks Spanish", async () => {
	const { server, project, user, at } = await make();
	const { page, ...browser } = await openBrowser({ width: 320, locale: "es-ES" });
	await page.goto(`${at}/plan`);
	await page.getByRole("heading", { name: /^Planes de/ }).waitFor();
	await page.getByText("al mes").waitFor();
	await assertGoodPage(page, "the prices");
	await page.getByRole("link", { name: "Inicia sesión para elegir" }).click();
	await page.getByLabel("correo", { exact: false }).first().fill(user.email);
	await page.getByRole("button", { name: "Continuar" }).click();
	await page.locator("input[type=password]").fill(user.password);
	await page.locator("button[type=submit]").click();
	await page.getByRole("button", { name: "Ahora no" }).click();
	const sessions = () => server.sql.value`SELECT COUNT(*) FROM sessions WHERE project_id = ${project.id}`;
	await page.waitForURL((url) => !url.pathname.endsWith("/plan"));
	assert.equal(await sessions(), 1);
	assert.equal(await server.sql.value`SELECT COUNT(*) FROM plan_assignments WHERE project_id = ${project.id}`, 0);
	await browser.close();

	const other = await openBrowser();
	await signInAs(other, user);
	await server.sql.run`UPDATE plans SET is_default = NULL WHERE project_id = ${project.id}`;
	await other.page.goto(`${at}/account`);
	await other.page.locator("summary", { hasText: "Plan" }).click();
	await other.page.getByRole("button", { name: "Choose Free" }).click();
	await other.page.getByRole("status").filter({ hasText: "You are on Free now" }).waitFor();
	assert.equal(await server.sql.value`SELECT source FROM plan_assignments WHERE project_id = ${project.id}`, "page");
	await other.close();
});

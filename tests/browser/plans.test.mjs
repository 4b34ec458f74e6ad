// Plans and features in the dashboard: made, given values, and a user put on one.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, ownServer, person, user } from "../harness/index.mjs";
import { openBrowserOf } from "./browser.mjs";

test("a feature, a plan that gives it, and a user who is on it", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project();
	const shopper = await user(project, { server });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const { page } = await openBrowserOf(server, owner);
	const dialog = page.getByRole("dialog");

	await page.goto(`${server.url}/dashboard/projects/${project.id}/plans`);
	await page.getByText("No plan, no plan page").waitFor();
	await page.getByRole("button", { name: "New feature" }).click();
	await dialog.getByLabel("Key").fill("export");
	await dialog.getByRole("button", { name: "Make feature" }).click();
	await page.getByRole("row", { name: /export/ }).waitFor();

	await page.getByRole("button", { name: "New plan" }).first().click();
	await dialog.getByLabel("Name").fill("Pro");
	await dialog.getByLabel("Key").fill("pro");
	await dialog.getByLabel("Price").fill("2900");
	await dialog.getByLabel("export").selectOption("Yes");
	await dialog.getByRole("button", { name: "Add a meter" }).click();
	await dialog.getByLabel("Included a month").fill("1000");
	await dialog.getByLabel("More: units of").fill("none");
	await dialog.getByRole("button", { name: "Make plan" }).click();
	await dialog.locator("[aria-invalid=true]").first().waitFor();
	await dialog.getByLabel("More: units of").fill("100");
	await dialog.getByLabel("Price a unit").fill("250");
	await dialog.getByRole("button", { name: "Make plan" }).click();
	await page.getByText("$29.00 a month").waitFor();
	assert.deepEqual(expectStatus(await session.get("/api/v1/plans"), 200).data[0].meters, [{ meter_key: "requests", included: 1000, overage: { unit: 100, price: 250 } }]);

	await page.goto(`${server.url}/dashboard/projects/${project.id}/users/${shopper.id}`);
	await page.getByRole("tab", { name: "Plan" }).click();
	await page.getByText("There is no default plan").waitFor();
	await page.getByRole("button", { name: "Assign" }).click();
	await page.getByText("Given by your people or your app").waitFor();
	assert.equal(expectStatus(await session.get(`/api/v1/users/${shopper.id}/plan`), 200).plan_key, "pro");
});

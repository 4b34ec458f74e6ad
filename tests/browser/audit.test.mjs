// The audit log's tools: verifying a chain before and after somebody tampered with it, and saving what is filtered.

import assert from "node:assert/strict";
import fs from "node:fs";
import { test } from "node:test";
import { sealedRows } from "../harness/chain.mjs";
import { auditEvent, ownServer, person } from "../harness/index.mjs";
import { assertGoodPage, openBrowserOf } from "./browser.mjs";

const serving = ownServer();

test("the log is verified, exported as it is filtered, and found out when it was tampered with", async () => {
	const server = await serving;
	const owner = await person(server);
	const project = owner.org.defaultProject;
	for (const action of ["project.updated", "project_member.set", "project.updated"])
		await auditEvent(owner.org, { project, action });
	const rows = await sealedRows(server, project.id);
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");
	await page.goto(`${server.url}/dashboard/projects/${project.id}/audit-log`);

	await page.getByRole("button", { name: "Verify", exact: true }).click();
	await dialog.getByText("3 entries checked").waitFor();
	assert.equal(await dialog.getByLabel("The newest seal", { exact: true }).innerText(), `3:${rows[2].hash.toString("hex")}`);
	await assertGoodPage(page, "a log that is as it was sealed");
	await page.keyboard.press("Escape");

	const saveAs = async (button, item) => {
		await page.getByRole("button", { name: button, exact: true }).click();
		const [download] = await Promise.all([page.waitForEvent("download"), page.getByRole("menuitem", { name: item }).click()]);
		return { name: download.suggestedFilename(), text: fs.readFileSync(await download.path(), "utf8") };
	};
	const whole = await saveAs("Export", /CSV/);
	assert.equal(whole.name, `audit-${project.id}.csv`);
	assert.equal(whole.text.split("\r\n").length, 5);

	await page.getByLabel("Filter by action, person, key or object").fill("project.updated");
	await page.getByRole("button", { name: "Filter", exact: true }).click();
	const filtered = await saveAs("Export what is filtered", /JSONL/);
	assert.deepEqual(filtered.text.trim().split("\n").map((line) => JSON.parse(line).action), ["project.updated", "project.updated"]);

	await server.sql.run`UPDATE audit_events SET target_label = 'changed' WHERE chain_id = ${project.id} AND seq = 2`;
	await page.getByRole("button", { name: "Verify", exact: true }).click();
	await dialog.getByText("The log was tampered with").waitFor();
	await dialog.getByText("is number 2").waitFor();
	await assertGoodPage(page, "a log that was tampered with");
	browser.assertCalm();
	await browser.close();
});

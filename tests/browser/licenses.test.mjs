// Licenses in the dashboard: one is made, a machine takes a seat and loses it, it is suspended, changed, revoked and deleted.

import assert from "node:assert/strict";
import fs from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { ask, expectStatus, license, ownServer, person, plan, until } from "../harness/index.mjs";
import { ROOT } from "../harness/workplace.mjs";
import { openBrowser, openBrowserOf, save } from "./browser.mjs";

test("a license from the first click to the last", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	for (const plan_key of ["pro", "team"])
		await plan(owner, project, { plan_key, display_name: plan_key.toUpperCase() });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");
	const shown = async () => (await session.get("/api/v1/licenses")).json.data[0];

	await page.goto(`${server.url}/dashboard/projects/${project.id}/licenses`);
	await page.getByText("Sell your first license").waitFor();
	await page.getByText(project.clientId).waitFor();
	await page.getByRole("button", { name: "New license" }).first().click();
	await dialog.getByLabel("Product").fill("Café Pro");
	await dialog.getByLabel("Machines").fill("2");
	await dialog.getByLabel("Plan").selectOption("pro");
	await dialog.getByLabel("Last day").fill("2031-01-31");
	await dialog.getByRole("button", { name: "Make license" }).click();
	await page.getByRole("heading", { level: 1, name: "Café Pro" }).waitFor();
	const license = await shown();
	assert.deepEqual([license.max_activations, license.plan_key, license.expires_at], [2, "pro", "2031-01-31T23:59:59.000Z"]);
	await page.getByText(license.key, { exact: true }).waitFor();

	await ask(server, project, license, { label: "Office" });
	await page.reload();
	await page.getByText("1 of 2 have a seat").waitFor();
	await page.getByRole("row", { name: /Office/ }).getByText("disk, uuid").waitFor();
	await page.getByRole("button", { name: "Take off Office" }).click();
	await dialog.getByRole("button", { name: "Take off" }).click();
	await page.getByText("No machine yet").waitFor();

	await page.getByRole("tab", { name: "Files" }).click();
	await page.getByText("No file yet").waitFor();
	await page.getByRole("button", { name: "New file" }).click();
	await dialog.getByLabel("What the machine says of itself").fill("my machine");
	await dialog.getByRole("button", { name: "Make and save" }).click();
	await dialog.getByText(/It must be JSON/).waitFor();
	await dialog.getByLabel("What the machine says of itself").fill('{"uuid": "u-1", "disk": "d-1"}');
	await dialog.getByLabel("Name of the machine").fill("Laboratory");
	const [file] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Make and save" }).click()]);
	assert.equal(JSON.parse(await fs.readFile(await file.path(), "utf8")).format, "gatehouse-license-file-1");
	await page.getByRole("row", { name: /Laboratory/ }).waitFor();

	await page.getByRole("tab", { name: "Settings" }).click();
	await page.getByLabel("Days of grace").fill("366");
	await save(page);
	await page.getByText(/365/).nth(1).waitFor();
	await page.getByLabel("Days of grace").fill("7");
	await page.getByLabel("Notes").fill("paid by invoice");
	await page.getByLabel("Plan").selectOption("TEAM (team)");
	await save(page);
	await until("all are kept", async () => {
		const { grace_days, notes, plan_key } = await shown();
		return grace_days === 7 && notes === "paid by invoice" && plan_key === "team";
	});

	await page.getByRole("button", { name: "Suspend" }).click();
	await dialog.getByLabel("Reason").fill("unpaid");
	await dialog.getByRole("button", { name: "Suspend" }).click();
	await page.getByText("Suspended", { exact: true }).waitFor();
	await page.getByRole("button", { name: "Reinstate" }).click();
	await page.getByText("Active", { exact: true }).waitFor();

	await page.getByRole("button", { name: "Revoke" }).click();
	await dialog.getByLabel(/Type/).fill(license.key_hint);
	await dialog.getByRole("button", { name: "Revoke for good" }).click();
	await page.getByText("Revoked", { exact: true }).waitFor();
	await page.getByRole("button", { name: "Delete license" }).click();
	await dialog.getByLabel(/Type/).fill(license.key_hint);
	await dialog.getByRole("button", { name: "Delete license" }).click();
	await page.getByText("Sell your first license").waitFor();
	browser.assertCalm();
	await browser.close();
});

test("how licenses are validated, and the keys that sign", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");
	const settings = async () => (await session.get("/api/v1/license_settings")).json;

	await page.goto(`${server.url}/dashboard/projects/${project.id}/licenses`);
	await page.getByRole("link", { name: "Validation" }).click();
	await page.getByLabel("Tolerance").fill("75");
	await page.getByLabel("A license file holds").fill("90");
	const weights = page.getByRole("group", { name: "Weight of each part" }).getByRole("textbox");
	const before = await weights.evaluateAll((all) => all.map(({ value }) => value));
	for (const weight of await weights.all())
		await weight.fill("0");
	await save(page);
	await page.getByRole("alert").getByText("One part at least must weigh something").waitFor();
	for (const [i, weight] of before.entries())
		await weights.nth(i).fill(weight);
	await page.getByLabel("Disk", { exact: true }).first().fill("5");
	await save(page);
	await until("they are kept", async () => (await settings()).match_threshold === 75 && (await settings()).weights.disk === 5 && (await settings()).file_ttl_days === 90);

	await page.getByRole("button", { name: "Make the first key" }).click();
	await dialog.getByRole("button", { name: "Make it" }).click();
	await page.getByText("current", { exact: true }).waitFor();
	const [current] = (await session.get("/api/v1/license_signing_keys")).json.data;
	const values = await page.getByRole("region", { name: "values of this project", exact: true }).textContent();
	for (const line of [`URL=${server.url}`, `HOST=${server.host}`, `CLIENT_ID=${project.clientId}`, `KID=${current.kid}`, `PUBLIC_KEY=${current.public_key}`])
		assert.ok(values.split("\n").includes(`GATEHOUSE_${line}`), line);
	for (const [language, file] of [["PHP", "license.php"], ["Python", "license.py"], ["JavaScript", "license.mjs"], ["C", "license.c"]]) {
		await page.getByRole("tab", { name: language, exact: true }).click();
		const shown = await page.getByRole("region", { name: `${language} program`, exact: true }).textContent();
		assert.equal(shown, await fs.readFile(path.join(ROOT, "docs/examples/licenses", file), "utf8"));
	}
	await page.getByRole("button", { name: "New key" }).click();
	await dialog.getByRole("button", { name: "New key" }).click();
	await page.getByText("retired", { exact: true }).waitFor();
	await page.getByLabel("Key", { exact: true }).selectOption(current.kid);
	await page.getByText(`GATEHOUSE_PUBLIC_KEY=${current.public_key}`).waitFor();
	const old = (await session.get("/api/v1/license_signing_keys")).json.data.find(({ status }) => status === "retired");
	await page.getByRole("button", { name: `Revoke ${old.kid}` }).click();
	await dialog.getByLabel(/Type/).fill(old.kid);
	await dialog.getByRole("button", { name: "Revoke for good" }).click();
	await page.getByText("revoked", { exact: true }).waitFor();
	browser.assertCalm();
	await browser.close();
});

test("the tester of the tolerance says what the server does", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project();
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const LABELS = { uuid: "System UUID", motherboard: "Motherboard", disk: "Disk", mac: "Network cards", bios: "BIOS", cpu: "Processor", gpu: "Graphics card" };
	const verdict = page.getByRole("region", { name: "Try it" }).getByRole("status");
	const enter = async (whose, machine) => {
		for (const [part, label] of Object.entries(LABELS))
			await page.getByLabel(`${label} of the ${whose}`).fill([machine[part] ?? []].flat().join(", "));
	};
	const serverSays = async (known, asking) => {
		const one = await license(owner, project);
		await ask(server, project, one, { fingerprint: known });
		return (await ask(server, project, one, { fingerprint: asking })).valid;
	};
	await page.goto(`${server.url}/dashboard/projects/${project.id}/licenses/validation`);
	await verdict.getByText("The same machine: 80 % of its weight is the same, in 3 of 4 parts.").waitFor();
	for (const [known, asking, text] of [
		[{ uuid: "U 1", disk: "D1" }, { uuid: " u  1 ", disk: "d1" }, "The same machine: 100 %"],
		[{ uuid: "U1", disk: "D1" }, { uuid: "U1", disk: "D2" }, "Another machine: 60 % of its weight is the same, in 1 of 2 parts. It takes 60 % and 2."],
		[{ uuid: "U1", motherboard: "M1", disk: "D1" }, { uuid: "U1", motherboard: "M1", disk: "Default string", gpu: "G1" }, "The same machine: 75 %"],
		[{ uuid: "U1", mac: ["00:1A:2B:3C:4D:5E", "00:1A:2B:3C:4D:5F"] }, { uuid: "U1", mac: ["001a.2b3c.4d5f"] }, "The same machine: 100 %"],
		[{ uuid: "None", disk: "D1", bios: "B1" }, { disk: "D1", bios: "0000-0000" }, "Another machine: 66.6 %"],
		[{ motherboard: "M1", disk: "D1", mac: ["001A2B3C4D5E"] }, { motherboard: "M2", disk: "D1", mac: ["001A2B3C4D5E"] }, "Another machine: 57.1 %"],
	]) {
		await enter("known machine", known);
		await enter("machine that asks", asking);
		await verdict.getByText(text).waitFor();
		assert.equal(await serverSays(known, asking), text.startsWith("The same"), text);
	}
	await page.getByLabel("Tolerance").fill("57");
	await verdict.getByText("The same machine: 57.1 %").waitFor();
	await page.getByLabel("Network cards of the machine that asks").fill("00:1A");
	await verdict.getByText("Refused: the address of a network card isn't one.").waitFor();
	browser.assertCalm();
	await browser.close();
});

test("a viewer sees which key it is and can change nothing", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project();
	const one = await license(owner, project, { product_name: "Café Pro" });
	const browser = await openBrowserOf(server, await owner.org.member("viewer"));
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/projects/${project.id}/licenses`);
	await page.getByRole("link", { name: "Café Pro" }).click();
	await page.getByText("Your role shows you only its beginning and end.").waitFor();
	await page.getByText(one.key_hint, { exact: true }).waitFor();
	await page.getByRole("tab", { name: "Settings" }).click();
	await page.getByText("Your role may look at this license but not change it.").waitFor();
	assert.equal(await page.getByText(one.key).count(), 0);
	assert.equal(await page.getByText("Danger zone").count(), 0);
	await page.goto(`${server.url}/dashboard/projects/${project.id}/licenses/validation`);
	await page.getByText("Your role may look at these settings but not change them.").waitFor();
	assert.equal(await page.getByRole("button", { name: /key/i }).count(), 0);
	browser.assertCalm();
	await browser.close();
});

test("many at once: made in bulk, saved as a file, and read from one that is tried first", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project();
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const dialog = page.getByRole("dialog");
	const count = async () => (await session.get("/api/v1/licenses?include_total=true")).json.total;
	const menu = async (item) => {
		await page.getByRole("button", { name: "Many at once" }).click();
		await page.getByRole("menuitem", { name: item }).click();
	};

	await page.goto(`${server.url}/dashboard/projects/${project.id}/licenses`);
	await page.getByText("Sell your first license").waitFor();
	await menu("Make many");
	await dialog.getByLabel("How many").fill("1001");
	await dialog.getByLabel("Product").fill("Café Pro");
	await dialog.getByRole("button", { name: "Make licenses" }).click();
	await dialog.getByText("It must be from 1 to 1000.").waitFor();
	await dialog.getByLabel("How many").fill("3");
	await dialog.getByRole("button", { name: "Make licenses" }).click();
	await page.getByRole("heading", { name: "3 licenses made" }).waitFor();
	const [keys] = await Promise.all([page.waitForEvent("download"), dialog.getByRole("button", { name: "Save the keys" }).click()]);
	assert.match(await fs.readFile(await keys.path(), "utf8"), /^(\S{19}\n){3}$/);
	await dialog.getByRole("button", { name: "Done" }).click();
	await page.getByRole("link", { name: "Café Pro" }).nth(2).waitFor();

	const [saved] = await Promise.all([page.waitForEvent("download"), menu("Export all")]);
	const csv = await fs.readFile(await saved.path(), "utf8");
	assert.equal(csv.trim().split("\r\n").length, 4);

	await menu("Import a file");
	const choose = (text) => dialog.locator("input[type=file]").setInputFiles({ name: "licenses.csv", mimeType: "text/csv", buffer: Buffer.from(text) });
	await choose(csv);
	await dialog.getByText("There is a license with that key already.").nth(2).waitFor();
	await choose("product_name,max_activations\nTeam,5\nSolo,1\n");
	await dialog.getByText("All is well: 2 licenses.").waitFor();
	assert.equal(await count(), 3);
	await dialog.getByRole("button", { name: "Import 2 licenses" }).click();
	await page.getByRole("link", { name: "Team" }).waitFor();
	assert.equal(await count(), 5);
	browser.assertCalm();
	await browser.close();
});

test("whoever has a key sees on the project's own page where it is in use, and releases a machine", async () => {
	const server = await ownServer();
	const owner = await person(server);
	const project = await owner.org.project();
	const one = await license(owner, project, { max_activations: 3 });
	for (const label of ["Office", "Laptop"])
		await ask(server, project, one, { label });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	expectStatus(await session.patch("/api/v1/license_settings", { releases_per_30d: 1 }), 200);
	const browser = await openBrowser();
	const { page } = browser;
	await page.goto(`${server.authUrl}/p/${project.clientId}/license`);
	await page.getByLabel("License key").fill("2222-2222-2222-2222");
	await page.getByRole("button", { name: "Show machines" }).click();
	await page.getByText("There is no such license.").waitFor();
	await page.getByLabel("License key").fill(one.key);
	await page.getByRole("button", { name: "Show machines" }).click();
	await page.getByText("It is in use here:").waitFor();
	await page.getByRole("button", { name: "Release Office" }).click();
	await page.getByRole("heading", { name: "Release Office?" }).waitFor();
	await page.getByRole("button", { name: "Release", exact: true }).click();
	await page.getByText("Office is released.").waitFor();
	await page.getByRole("button", { name: "Release Laptop" }).click();
	await page.getByRole("heading", { name: "Release Laptop?" }).waitFor();
	await page.getByRole("button", { name: "Release", exact: true }).click();
	await page.getByText("were released already").waitFor();
	await page.getByText("Laptop", { exact: true }).waitFor();
	assert.equal(expectStatus(await session.get(`/api/v1/licenses/${one.id}`), 200).current_activations, 1);
	await browser.close();
});

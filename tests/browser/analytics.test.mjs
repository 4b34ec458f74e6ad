// What happened in a project, as a person looks at it: tiles, the chosen one as a chart, by its values, compared, and as a table.

import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY, limitProject, ownServer, person } from "../harness/index.mjs";
import { openBrowserOf } from "./browser.mjs";

const server = await ownServer();

test("a tile shows its chart, which is told apart by values, compared with the time before, and readable as a table", async () => {
	const owner = await person(server);
	const project = owner.org.defaultProject;
	const today = Date.now() - Date.now() % DAY;
	for (const [ago, dim, value, n] of [[0, "", "", 7], [0, "code", "valid", 4], [0, "code", "expired", 3], [0, "country", "ID", 4], [0, "country", "ZZ", 3], [1, "", "", 5], [1, "code", "valid", 5], [1, "country", "ID", 5], [40, "", "", 6]])
		await server.sql.run`INSERT INTO stat_daily (project_id, metric, bucket_at, dim, dim_value, n) VALUES (${project.id}, 'validations', ${new Date(today - ago * DAY)}, ${dim}, ${value}, ${n})`;
	await limitProject(owner, project, { validations: 310 });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	await page.goto(`${server.url}/dashboard/projects/${project.id}/analytics`);
	const tile = page.getByRole("button", { name: /^Validations/ });
	await tile.click();
	assert.match(await tile.innerText(), /12[^]*\+100 %/);
	await page.getByRole("img", { name: "Validations: Last 30 days" }).waitFor();
	await page.getByRole("switch", { name: "Compare" }).check();
	await page.locator("figcaption").getByText("the time before").waitFor();
	await page.getByLabel("Group by").selectOption("code");
	await page.locator("figcaption").getByText("expired").waitFor();
	await page.getByLabel("Group by").selectOption("country");
	const countries = page.getByRole("table", { name: "Validations by country" }).getByRole("row");
	await page.locator("figcaption").getByText("Indonesia").waitFor();
	assert.deepEqual([await countries.nth(1).getByRole("cell").allInnerTexts(), await countries.nth(2).getByRole("rowheader").innerText()], [["9", "75 %"], "Unknown"]);
	assert.equal(await page.getByText(/^limit:/).count(), 0);
	await page.getByLabel("Group by").selectOption("");
	await page.locator("figcaption").getByText(/^limit: 310 a month, spread evenly (10|10.3|11.1|10.7) a day$/).waitFor();
	assert.equal(await page.locator(".gh-chart-ceiling").count(), 1);
	await page.getByLabel("Group by").selectOption("code");
	await page.locator("figcaption").getByText("expired").waitFor();
	await page.getByRole("switch", { name: "Table" }).check();
	const rows = page.getByRole("table", { name: "Validations as a table" }).getByRole("row");
	await rows.nth(1).waitFor();
	assert.deepEqual(await rows.nth(0).getByRole("columnheader").allInnerTexts(), ["From", "valid", "expired"]);
	assert.deepEqual(await rows.nth(1).getByRole("cell").allInnerTexts(), ["4", "3"]);
	await page.getByRole("button", { name: /^Payments/ }).click();
	await page.getByText("Nothing so far").waitFor();
	browser.assertCalm();
	await browser.close();
});

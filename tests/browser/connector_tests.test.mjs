// The dashboard's "Test a connector": from the MCP page to the end, against this installation's own server, and a fault that is named.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { ownServer, person, sharedBasis } from "../harness/index.mjs";
import { startConnectors } from "../harness/connector.mjs";
import { openBrowserOf } from "./browser.mjs";

const basis = await sharedBasis();
const connectors = await startConnectors(basis.tls);
after(() => connectors.stop());
const server = await ownServer({ config: { outgoing: { allow: "127.0.0.0/8 ::1", ca_file: basis.tls.ca, connect_to: connectors.connectTo } } });

const outcome = (page, text) => page.getByRole("status", { name: "Outcome of the test" }).getByText(text).waitFor();

test("from the MCP page a client is played against the server itself: somebody signs in there, comes back, and every step is shown", async () => {
	const owner = await person(server);
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/orgs/${owner.org.id}/mcp`);
	await page.getByRole("link", { name: "Test this connector" }).click();
	await page.getByRole("heading", { level: 1, name: "Test a connector" }).waitFor();
	assert.equal(await page.getByLabel("Address").inputValue(), `${server.url}/mcp`);
	await page.getByRole("button", { name: "Test", exact: true }).click();
	await outcome(page, "So far so good");
	await page.getByRole("link", { name: "Sign in there" }).click();
	await page.getByRole("button", { name: "Allow" }).click();
	await outcome(page, "Clients can connect");
	assert.match(page.url(), new RegExp(`/dashboard/projects/${owner.org.defaultProject.id}/connector-test\\?`));
	assert.ok(!page.url().includes("code="));
	await page.getByText("Lists the tools").click();
	await page.getByRole("region", { name: "reply: Lists the tools" }).getByText("project_list").first().waitFor();
	assert.match(await page.getByRole("region", { name: "request: Lists the tools" }).innerText(), /Authorization: Bearer •••/);
	assertCalm();
	await close();
});

test("what is wrong is said with its remedy; an address that can't be is refused beneath its field", async () => {
	const owner = await person(server);
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/projects/${owner.org.defaultProject.id}/connector-test`);
	await page.getByLabel("Address").fill("http://mcp.example.com");
	await page.getByRole("button", { name: "Test", exact: true }).click();
	await page.locator("[aria-invalid=true]").waitFor();
	await page.getByLabel("Address").fill(connectors.make({ challenge: { headers: {} }, server: ({ json }) => ({ json: { ...json, code_challenge_methods_supported: ["plain"] } }) }).url);
	await page.getByRole("button", { name: "Test", exact: true }).click();
	await outcome(page, "Clients can't connect.");
	const list = page.getByRole("list", { name: "What to mend" });
	await list.getByText("no_challenge").waitFor();
	await list.getByText("Support it, and add code_challenge_methods_supported").waitFor();
	assert.equal(await list.getByRole("listitem").count(), 2);
	assertCalm();
	await close();
});

test("an answer that no test waits for is said to be that", async () => {
	const owner = await person(server);
	const { page, close } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/connector-test?code=x&state=y`);
	await page.getByRole("heading", { name: "No test is waiting for this" }).waitFor();
	await page.goto(`${server.url}/dashboard/connector-test?code=x&state=${owner.org.defaultProject.id}.cnt_0000000000000000.z`);
	await page.getByRole("alert").waitFor();
	await close();
});

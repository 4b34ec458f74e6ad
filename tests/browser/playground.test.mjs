// The API playground: what it sends really arrives, what comes back is shown, and its code runs as it is.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { test } from "node:test";
import { ownServer, person, until } from "../harness/index.mjs";
import { assertGoodPage, openBrowserOf } from "./browser.mjs";

const serving = ownServer();

async function visit({ environment }) {
	const server = await serving;
	const owner = await person(server, { name: "Ada Lovelace", password: true });
	const project = await owner.org.project({ name: "Playground", environment });
	const browser = await openBrowserOf(server, owner);
	const { page } = browser;
	const api = (await owner.token()).with({ headers: { "X-Project-Id": project.id } });
	const open = async (operation) => {
		await page.goto(`${server.url}/dashboard/projects/${project.id}/playground?op=${operation}`);
		await page.getByRole("button", { name: "Send", exact: true }).waitFor();
	};
	const status = () => page.getByRole("status", { name: "Status of the reply" }).innerText();
	const body = async () => JSON.parse(await page.getByRole("region", { name: "body of the reply" }).innerText());
	return { server, owner, project, browser, page, api, open, status, body };
}

const send = (page) => page.getByRole("button", { name: "Send", exact: true }).click();

function run(command, args, { stdin = "", env }) {
	return new Promise((resolve) => {
		const child = spawn(command, args, { env: { ...process.env, ...env } });
		let output = "";
		for (const stream of [child.stdout, child.stderr])
			stream.on("data", (chunk) => (output += chunk));
		child.on("close", (code) => resolve({ code, output }));
		child.stdin.end(stdin);
	});
}

test("with the session: a form from the schema, refused fields said before and by the server, the reply with limits and headers", async () => {
	const { project, browser, page, api, open, status, body } = await visit({ environment: "live" });
	await open("user_create");
	await assertGoodPage(page, "the playground");
	const button = page.getByRole("button", { name: "Send", exact: true });
	assert.equal(await button.isDisabled(), true, "a live project asks first");
	await page.getByLabel("This project is live: I mean it").check();
	await page.getByLabel("metadata", { exact: true }).fill("{plan");
	await send(page);
	await page.getByText("It must be JSON.").waitFor();
	await page.getByLabel("metadata", { exact: true }).fill('{"plan": "gold"}');
	await page.getByLabel("email", { exact: true }).fill("not an address");
	await send(page);
	await page.getByText(/^422$/).waitFor();
	assert.equal((await body()).error.code, "validation_failed");
	await page.getByLabel("email", { exact: true }).fill("grace@example.com");
	await send(page);
	await page.getByText(/^201$/).waitFor();
	const made = await body();
	assert.deepEqual((await api.get(`/api/v1/users/${made.id}`)).json.metadata, { plan: "gold" });

	await page.getByRole("tab", { name: "Limits" }).click();
	assert.match(await page.getByRole("tabpanel", { name: "Limits" }).innerText(), /Left\s+\d+/);
	await page.getByRole("tab", { name: "Headers" }).click();
	assert.match(await page.getByRole("region", { name: "headers of the reply" }).innerText(), /x-request-id: /);
	await page.getByRole("tab", { name: "Request" }).click();
	const sent = await page.getByRole("region", { name: "request as it was sent" }).innerText();
	assert.match(sent, new RegExp(`^POST /api/v1/users HTTP/1.1\n[^]*X-Project-Id: ${project.id}\n[^]*"email": "grace@example.com"`));
	assert.match(sent, /X-CSRF-Token: …/);
	await assertGoodPage(page, "a reply");

	await page.getByRole("combobox", { name: "Route" }).click();
	await page.getByRole("combobox", { name: "Route" }).fill("GET /api/v1/users/{id} ");
	await page.getByRole("option", { name: /^GET \/api\/v1\/users\/\{id\} / }).click();
	await page.getByLabel("id", { exact: true }).fill(made.id);
	await send(page);
	await page.getByText(/^200$/).waitFor();
	assert.equal((await body()).email, "grace@example.com");
	assert.match(await status(), /\d+ ms/);
	assert.match(page.url(), /op=user_get/);
	browser.assertCalm();
	await browser.close();
});

test("with a test key made for the hour: it calls as the key, and is refused where only people may; the code of each language runs", async () => {
	const { server, owner, project, browser, page, api, open, body } = await visit({ environment: "test" });
	await open("whoami");
	await page.getByText("An API key", { exact: true }).click();
	await page.getByRole("button", { name: "Make a test key for an hour" }).click();
	const field = page.getByLabel("API key", { exact: true });
	await until("the key is there", async () => /^gsk_test_/.test(await field.inputValue()));
	const key = await field.inputValue();
	await send(page);
	await page.getByText(/^200$/).waitFor();
	const { credential } = await body();
	const [made] = (await (await owner.session()).get("/api/v1/api_keys")).json.data.filter(({ name }) => name === "API playground");
	assert.deepEqual([credential.id, made.project_id], [made.id, project.id]);
	assert.ok(Date.parse(made.expires_at) - Date.now() < 3_700_000);

	await page.getByRole("combobox", { name: "Route" }).click();
	await page.getByRole("combobox", { name: "Route" }).fill("POST /api/v1/users ");
	await page.getByRole("option", { name: /^POST \/api\/v1\/users / }).click();
	await page.getByLabel("name", { exact: true }).fill("O'Hara \"Q\" \\ $HOME");
	const languages = { curl: ["sh", "-s"], PHP: ["php"], JavaScript: [process.execPath, "--input-type=module", "-"], Python: ["python3", "-"] };
	const env = { GATEHOUSE_KEY: key, CURL_CA_BUNDLE: server.ca, SSL_CERT_FILE: server.ca, NODE_EXTRA_CA_CERTS: server.ca };
	for (const [label, [command, ...args]] of Object.entries(languages)) {
		await page.getByLabel("email", { exact: true }).fill(`${label.toLowerCase()}@example.com`);
		await page.getByRole("tab", { name: label }).click();
		const code = await page.getByRole("region", { name: `${label} lines` }).innerText();
		const stdin = label === "PHP" ? `<?php\n${code}` : code;
		const { code: ended, output } = await run(command, args, { stdin, env });
		assert.equal(ended, 0, `${label}: ${output}`);
		const [found] = (await api.get(`/api/v1/users?email=${label.toLowerCase()}@example.com`)).json.data;
		assert.equal(found?.name, "O'Hara \"Q\" \\ $HOME", `${label}: ${output}`);
	}

	await page.getByRole("combobox", { name: "Route" }).click();
	await page.getByRole("combobox", { name: "Route" }).fill("POST /api/v1/api_keys ");
	await page.getByRole("option", { name: /^POST \/api\/v1\/api_keys / }).click();
	await page.getByText("Programs are refused here", { exact: false }).waitFor();
	assert.equal(await page.getByRole("radio", { name: "An API key" }).isDisabled(), true);
	browser.assertCalm();
	await browser.close();
});

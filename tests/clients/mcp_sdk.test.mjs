// @modelcontextprotocol/sdk as it is, against /mcp: 401, protected resource metadata, discovery, registration, a code through Chromium with
// sign-in and consent, tool calls, a refresh, and a step-up for a tool that needs more.

import assert from "node:assert/strict";
import { test } from "node:test";
import { UnauthorizedError } from "@modelcontextprotocol/sdk/client/auth.js";
import { Client as McpClient } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { openBrowser } from "../browser/browser.mjs";
import { Client, digest, ownServer, person } from "../harness/index.mjs";

const server = await ownServer();
const CALLBACK = "http://127.0.0.1:33418/callback";

/** The library's requests over the tests' own client, which knows the certificate. */
async function fetched(url, { method = "GET", headers = {}, body } = {}) {
	const { pathname, search, hostname } = new URL(url);
	const by = new Client(server, { site: hostname === "localhost" ? "main" : "auth", check: false });
	const answer = await by.request(method, pathname + search, { headers: Object.fromEntries(new Headers(headers)), body: body?.toString() });
	const isEmpty = [202, 204].includes(answer.status);
	return new Response(isEmpty ? null : answer.text, { status: answer.status, headers: Object.entries(answer.headers).filter(([, value]) => typeof value === "string") });
}

/** What an app keeps for the library, and where it would open a browser. */
class Provider {
	asked = [];

	get redirectUrl() {
		return CALLBACK;
	}

	get clientMetadata() {
		return { client_name: "A model", redirect_uris: [CALLBACK], grant_types: ["authorization_code", "refresh_token"], response_types: ["code"], token_endpoint_auth_method: "none" };
	}

	clientInformation() {
		return this.registered;
	}

	saveClientInformation(registered) {
		this.registered = registered;
	}

	tokens() {
		return this.saved;
	}

	saveTokens(tokens) {
		this.saved = tokens;
	}

	redirectToAuthorization(url) {
		this.asked.push(url);
	}

	saveCodeVerifier(verifier) {
		this.verifier = verifier;
	}

	codeVerifier() {
		return this.verifier;
	}
}

/** From the address that the library wants opened to the code that comes back. */
async function agree(page, url, who, { signsIn }) {
	const back = page.waitForRequest((request) => request.url().startsWith(CALLBACK));
	await page.goto(url.href);
	if (signsIn) {
		await page.getByLabel("E-mail address").fill(who.email);
		await page.getByRole("button", { name: "Continue" }).click();
		await page.getByLabel("Password", { exact: true }).fill(who.password);
		await page.getByRole("button", { name: "Sign in" }).click();
	}
	await page.getByRole("heading", { name: "A model wants access" }).waitFor();
	await page.getByText("This is a program on your own device").waitFor();
	if (process.env.GATEHOUSE_SHOTS)
		await page.screenshot({ path: `${process.env.GATEHOUSE_SHOTS}/console-consent.png` });
	await page.getByLabel(who.org.name, { exact: true }).check();
	await page.getByRole("button", { name: "Allow" }).click();
	const answer = new URL((await back).url()).searchParams;
	assert.equal(answer.get("iss"), server.url);
	return answer.get("code");
}

const connect = async (provider) => {
	const client = new McpClient({ name: "tests", version: "1" });
	const transport = new StreamableHTTPClientTransport(new URL(`${server.url}/mcp`), { authProvider: provider, fetch: fetched });
	return { client, transport };
};

test("the library finds its way in, renews its token and asks for more when a tool needs it", async () => {
	const who = await person(server, { password: true, orgName: "Model Works" });
	await who.join((await person(server, { orgName: "Elsewhere" })).org, "viewer");
	const provider = new Provider();
	const browser = await openBrowser();
	await browser.page.route(`${CALLBACK}**`, (route) => route.fulfill({ body: "the app" }));

	let { client, transport } = await connect(provider);
	await assert.rejects(client.connect(transport), UnauthorizedError);
	assert.match(provider.registered.client_id, /^cli_/, "it has registered itself");
	const [first] = provider.asked;
	assert.deepEqual([first.origin, first.searchParams.get("resource")], [server.url, `${server.url}/mcp`]);
	assert.match(first.searchParams.get("scope"), /^org\.read project\.read/);
	await transport.finishAuth(await agree(browser.page, first, who, { signsIn: true }));

	({ client, transport } = await connect(provider));
	await client.connect(transport);
	assert.equal(client.getServerVersion().name, "gatehouse");
	const { tools } = await client.listTools();
	assert.ok(tools.some(({ name, annotations }) => name === "project_list" && annotations.readOnlyHint));
	assert.equal((await client.callTool({ name: "whoami" })).structuredContent.org.id, who.org.id);

	const before = provider.saved;
	await server.sql.run`UPDATE access_tokens SET expires_at = created_at WHERE digest = ${digest(before.access_token)}`;
	const { structuredContent } = await client.callTool({ name: "project_list" });
	assert.deepEqual(structuredContent.data.map(({ id }) => id), [who.project.id]);
	assert.notEqual(provider.saved.access_token, before.access_token);
	assert.equal(provider.asked.length, 1, "nobody was asked again");

	// With a refresh token the library only renews what it has (1.32); without one it asks.
	await assert.rejects(client.callTool({ name: "user_list" }), /403 after trying upscoping/);
	provider.saved = { ...provider.saved, refresh_token: undefined };
	({ client, transport } = await connect(provider));
	await client.connect(transport);
	await assert.rejects(client.callTool({ name: "user_list" }), UnauthorizedError);
	const second = provider.asked.at(-1);
	assert.ok(second.searchParams.get("scope").split(" ").includes("user.read") && second.searchParams.get("scope").includes("project.read"), second.searchParams.get("scope"));
	await transport.finishAuth(await agree(browser.page, second, who, { signsIn: false }));
	({ client, transport } = await connect(provider));
	await client.connect(transport);
	assert.deepEqual((await client.callTool({ name: "user_list" })).structuredContent.data, []);
	assert.equal((await client.callTool({ name: "project_get", arguments: { project_id: "prj_0000000000000000" } })).isError, true);
	browser.assertCalm();
	await browser.close();
});

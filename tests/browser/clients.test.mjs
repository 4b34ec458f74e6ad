// The dashboard's Clients: registered, found, changed, refused, rotated and removed by hand; what a viewer sees.

import assert from "node:assert/strict";
import { generateKeyPairSync } from "node:crypto";
import { test } from "node:test";
import { client, expectStatus, ownServer, person, until } from "../harness/index.mjs";
import { assertGoodPage, atRest, openBrowserOf, save } from "./browser.mjs";

const server = await ownServer({});

async function make(type = "hybrid") {
	const owner = await person(server);
	const project = await owner.org.project({ name: "Shop", type, redirect_uris: ["https://shop.example.com/callback"] });
	const headers = { "X-Project-Id": project.id };
	const session = await owner.session({ headers });
	return {
		owner, project, session, at: `${server.url}/dashboard/projects/${project.id}/clients`,
		add: (body) => client(owner, body, { headers }), read: async (id) => expectStatus(await session.get(`/api/v1/clients/${id}`), 200),
	};
}

const tab = (page, name) => page.getByRole("tab", { name }).click();
const nameOf = (page) => page.getByRole("textbox", { name: /^Name/ });
const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

test("a client is registered, its secret shown once, and found again by name and type", async () => {
	const { owner, project, session, at } = await make();
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(at);
	await heading(page, "Clients");
	await page.getByRole("button", { name: "New client" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Name").fill("Billing robot");
	await dialog.getByLabel("Redirect URIs").fill("https://shop.example.com/*");
	await dialog.getByRole("button", { name: "Register client" }).click();
	await dialog.getByText("Line 1: Use https").waitFor();
	await dialog.getByLabel("Type").selectOption("service");
	await dialog.getByLabel("Redirect URIs").waitFor({ state: "detached" });
	await dialog.getByRole("button", { name: "Register client" }).click();
	await dialog.getByText("Copy it now.").waitFor();
	const secret = await dialog.getByRole("region", { name: "Client secret" }).innerText();
	assert.match(secret, /^sec_/);
	await dialog.getByRole("button", { name: "I have stored it" }).click();
	await heading(page, "Billing robot");
	assert.ok(!(await page.content()).includes(secret));
	const [made] = expectStatus(await session.get("/api/v1/clients?q=billing"), 200).data;
	assert.deepEqual([made.type, made.grant_types], ["service", ["client_credentials"]]);
	await tab(page, "Snippets");
	const { issuer } = expectStatus(await session.get("/api/v1/oauth_settings"), 200);
	for (const language of ["curl", "PHP", "Node", "Python"]) {
		await tab(page, language);
		const lines = page.getByRole("region", { name: `${language} lines` });
		await lines.waitFor();
		const text = await lines.innerText();
		assert.ok(text.includes(made.id) && text.includes(`${issuer}/oauth/token`), text);
	}
	await page.goto(at);
	const rows = page.getByRole("table", { name: "Clients" }).getByRole("rowheader");
	await until("both rows", async () => (await rows.count()) === 2);
	await page.getByLabel("Search clients").fill("billing");
	await until("one row", async () => (await rows.count()) === 1);
	await page.getByLabel("Type").selectOption("web");
	await page.getByRole("heading", { name: "No client matches" }).waitFor();
	assertCalm();
	await close();
});

test("settings, URIs and tokens are saved; what is refused stands beneath its field; a stale page is told", async () => {
	const { owner, session, at, add, read } = await make();
	const { id } = await add({ name: "Shop app", redirect_uris: ["https://shop.example.com/a"] });
	const browser = await openBrowserOf(server, owner);
	const { page, close } = browser;
	await page.goto(`${at}/${id}`);
	await heading(page, "Shop app");
	await nameOf(page).fill("Shop app 2");
	await page.getByLabel("Scopes").fill("tool:read\ntool:write");
	await page.getByLabel("Logo", { exact: true }).fill("http://shop.example.com/logo.png");
	await save(page);
	await page.locator("[aria-invalid=true]").first().waitFor();
	assert.equal((await read(id)).name, "Shop app", "nothing of it was taken");
	await page.getByLabel("Logo", { exact: true }).fill("https://shop.example.com/logo.png");
	await save(page);
	await heading(page, "Shop app 2");
	assert.deepEqual((await read(id)).scopes, ["tool:read", "tool:write"]);

	await tab(page, "URIs and origins");
	await page.getByLabel("Redirect URIs").fill("https://shop.example.com/a\nhttp://shop.example.com/b");
	await save(page);
	await page.getByText("Line 2: Use https").waitFor();
	await page.getByLabel("Redirect URIs").fill("");
	await save(page);
	await page.getByText("The last redirect URI stays").waitFor();
	await page.getByLabel("Redirect URIs").fill("https://shop.example.com/b");
	await page.getByRole("textbox", { name: "Origins" }).fill("https://shop.example.com");
	await save(page);
	await until("the URIs are saved", async () => (await read(id)).redirect_uris[0] === "https://shop.example.com/b");

	await atRest(browser);
	await tab(page, "Tokens");
	await page.getByRole("textbox", { name: "Access token" }).fill("600");
	expectStatus(await session.patch(`/api/v1/clients/${id}`, { name: "Changed elsewhere" }), 200);
	await save(page);
	await page.getByRole("alert").filter({ hasText: "precondition_failed" }).waitFor();
	assert.equal((await read(id)).access_token_ttl_s, 3600);
	await page.reload();
	await heading(page, "Changed elsewhere");
	await tab(page, "Tokens");
	await page.getByRole("textbox", { name: "Access token" }).fill("600");
	await save(page);
	await until("the life is saved", async () => (await read(id)).access_token_ttl_s === 600);
	await close();
});

test("a new secret overlaps with the old one; the client goes once its name is typed; the default one has no such button", async () => {
	const { owner, project, session, at, add, read } = await make();
	const { id } = await add({ name: "Old app" });
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(`${at}/${id}`);
	await tab(page, "Secrets");
	await page.getByRole("button", { name: "New client secret" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("button", { name: "Replace the secret" }).click();
	await dialog.getByRole("button", { name: "I have stored it" }).click();
	await page.getByText("Being replaced").waitFor();
	assert.equal((await read(id)).secrets.length, 2);
	await tab(page, "Settings");
	await page.getByRole("button", { name: "Delete client" }).click();
	await dialog.getByText("2 secrets").waitFor();
	const remove = dialog.getByRole("button", { name: "Delete client" });
	assert.ok(await remove.isDisabled());
	await dialog.getByRole("textbox").fill("Old app");
	await remove.click();
	await heading(page, "Clients");
	await until("it is gone", async () => (await session.get(`/api/v1/clients/${id}`)).status === 404);
	await page.getByRole("table", { name: "Clients" }).getByRole("link").first().click();
	await page.getByText(project.clientId).first().waitFor();
	await page.getByRole("button", { name: "Save", exact: true }).waitFor();
	assert.equal(await page.getByRole("button", { name: "Delete client" }).count(), 0);
	assertCalm();
	await close();
});

test("a viewer looks and changes nothing, at 320 px too", async () => {
	const { owner, project, at, add } = await make();
	const { id } = await add({ name: "Shop app" });
	const viewer = await owner.org.member("viewer");
	const { page, assertCalm, close } = await openBrowserOf(server, viewer, { width: 320 });
	await page.goto(at);
	await page.getByRole("link", { name: "Shop app" }).waitFor();
	assert.equal(await page.getByRole("button", { name: "New client" }).count(), 0);
	await assertGoodPage(page, "a viewer's clients");
	await page.goto(`${at}/${id}`);
	await page.getByText("Your role may look").waitFor();
	assert.ok(await nameOf(page).isDisabled());
	for (const name of ["Save", "Delete client", "New client secret"])
		assert.equal(await page.getByRole("button", { name, exact: true }).count(), 0);
	await assertGoodPage(page, "a viewer's client");
	await tab(page, "Secrets");
	await page.getByRole("table", { name: "Secrets" }).waitFor();
	assert.equal(await page.getByRole("button", { name: "New client secret" }).count(), 0);
	assert.ok(project.id);
	assertCalm();
	await close();
});

test("a client proves itself by its key: the key is typed, or its address, and not both", async () => {
	const { owner, at, add, read } = await make();
	const { id } = await add({ name: "Signer", type: "service" });
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(`${at}/${id}`);
	await heading(page, "Signer");
	assert.equal(await page.getByLabel("Public keys").count(), 0);
	await page.getByLabel("Proves itself by").selectOption("private_key_jwt");
	const jwk = generateKeyPairSync("ed25519").publicKey.export({ format: "jwk" });
	const keys = page.getByLabel("Public keys");
	await keys.fill("not JSON");
	await save(page);
	await page.locator("textarea[aria-invalid=true]").waitFor();
	await keys.fill(JSON.stringify({ keys: [{ ...jwk, d: "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A" }] }));
	await save(page);
	await page.locator("textarea[aria-invalid=true]").waitFor();
	await keys.fill(JSON.stringify({ keys: [jwk] }));
	await save(page);
	await until("the key is kept", async () => (await read(id)).jwks?.keys[0].x === jwk.x);
	assert.equal((await read(id)).token_endpoint_auth_method, "private_key_jwt");
	await page.getByLabel("Address of the keys").fill("https://app.example.com/keys.json");
	await save(page);
	await page.locator("[aria-invalid=true]").first().waitFor();
	await keys.fill("");
	await save(page);
	await until("the address is kept", async () => (await read(id)).jwks_uri === "https://app.example.com/keys.json");
	assert.equal((await read(id)).jwks, null);
	assertCalm();
	await close();
});

test("the Tokens tab shows what the tokens would say of a chosen user, and where each claim comes from", async () => {
	const { owner, project, session, add } = await make();
	const { id } = await add({ name: "Shop app", redirect_uris: ["https://shop.example.com/app"] });
	for (const name of ["ada", "bob", "cleo"])
		expectStatus(await session.post("/api/v1/users", { email: `${name}@example.com` }), 201);
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(`${server.url}/dashboard/projects/${project.id}/clients/${id}`);
	await tab(page, "Tokens");
	await page.getByPlaceholder("Choose, or search").fill("bob");
	await until("only bob is offered", async () => (await page.getByRole("option", { name: /@example.com/ }).count()) === 1);
	await page.getByRole("option", { name: "bob@example.com" }).click();
	const access = page.getByRole("table", { name: "Access token" });
	await access.getByRole("row", { name: /email bob@example.com The user, by the scope email/ }).waitFor();
	await page.getByRole("table", { name: "ID token" }).getByRole("row", { name: new RegExp(`aud ${id}`) }).waitFor();
	await page.getByLabel("Scopes asked for").fill("profile");
	await page.getByText("There is none without the scope openid.").waitFor();
	await until("no e-mail address", async () => (await access.getByRole("row", { name: /bob@example.com/ }).count()) === 0);
	await assertGoodPage(page, "a preview of claims");
	await page.getByLabel("Scopes asked for").fill("nothing:known");
	await page.getByText("That didn't work").waitFor();
	assertCalm();
	await close();
});

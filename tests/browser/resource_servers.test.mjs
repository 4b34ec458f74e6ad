// The dashboard's Resource servers and OAuth settings: registered, changed, copied and removed by hand; keys and initial tokens.

import assert from "node:assert/strict";
import { test } from "node:test";
import { expectStatus, ownServer, person, resourceServer, until } from "../harness/index.mjs";
import { openBrowserOf, save } from "./browser.mjs";

const server = await ownServer({});

async function make(project_ = {}) {
	const owner = await person(server);
	const project = await owner.org.project({ name: "Shop", type: "hybrid", ...project_ });
	const session = await owner.session({ headers: { "X-Project-Id": project.id } });
	return { owner, project, session, at: (path) => `${server.url}/dashboard/projects/${project.id}/${path}`, read: async (path) => expectStatus(await session.get(`/api/v1/${path}`), 200) };
}

const heading = (page, name) => page.getByRole("heading", { level: 1, name }).waitFor();

test("an API is registered from the empty page, its scopes are written as lines, and its metadata is ready to copy", async () => {
	const { owner, project, at, read } = await make();
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(at("resource-servers"));
	await page.getByRole("heading", { name: "Protect your first API" }).waitFor();
	await page.getByRole("button", { name: "New resource server" }).first().click();
	const dialog = page.getByRole("dialog");
	await dialog.getByLabel("Name").fill("Orders");
	await dialog.getByLabel("Identifier").fill("http://api.example.com/");
	await dialog.getByLabel("Scopes").fill("orders:read See your orders\norders:write Change your orders | pro");
	await dialog.getByRole("button", { name: "Register" }).click();
	await dialog.locator("[aria-invalid=true]").first().waitFor();
	await dialog.getByLabel("Identifier").fill("https://api.example.com/v1");
	await dialog.getByRole("button", { name: "Register" }).click();
	await heading(page, "Orders");
	const [made] = (await read("resource_servers")).data;
	assert.deepEqual(made.scopes, [{ name: "orders:read", description: "See your orders", plans: [] }, { name: "orders:write", description: "Change your orders", plans: ["pro"] }]);
	await page.getByRole("tab", { name: "Set up your server" }).click();
	const block = page.getByRole("region", { name: "Metadata JSON" });
	await block.waitFor();
	const issuer = `${server.authUrl}/p/${project.clientId}`;
	assert.deepEqual(JSON.parse(await block.innerText()), { resource: "https://api.example.com/v1", authorization_servers: [issuer], scopes_supported: ["orders:read", "orders:write"], bearer_methods_supported: ["header"], resource_name: "Orders" });
	const nginx = await page.getByRole("region", { name: "nginx lines" }).innerText();
	assert.ok(nginx.includes("location = /.well-known/oauth-protected-resource/v1 {") && nginx.includes(`${issuer}/.well-known/oauth-protected-resource?resource=https%3A%2F%2Fapi.example.com%2Fv1;`), nginx);
	assertCalm();
	await close();
});

test("OAuth settings: what is typed stays when somebody else's change is read, and saving it is refused", async () => {
	const { owner, session, at, read } = await make();
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.clock.install();
	await page.goto(at("oauth"));
	const lifetime = page.getByLabel("Lifetime to begin with");
	await lifetime.fill("600 s");
	expectStatus(await session.patch("/api/v1/oauth_settings", { access_token_ttl_s: 900 }), 200);
	const readAnew = page.waitForResponse((response) => response.url().endsWith("/api/v1/oauth_settings") && response.request().method() === "GET");
	await page.clock.fastForward(60_000);
	await page.evaluate(() => window.dispatchEvent(new Event("visibilitychange")));
	await readAnew;
	await page.waitForTimeout(200);
	assert.equal(await lifetime.inputValue(), "600 s");
	await save(page);
	await page.getByText("Somebody changed this meanwhile.").waitFor();
	assert.equal((await read("oauth_settings")).access_token_ttl_s, 900);
	assertCalm();
	await close();
});

test("a resource server is changed, what is refused stands beneath its field, and it goes when its name is typed", async () => {
	const { owner, project, at, read } = await make();
	const { id } = await resourceServer(owner, project, { name: "Orders" });
	const { page, close } = await openBrowserOf(server, owner);
	await page.goto(at(`resource-servers/${id}`));
	await heading(page, "Orders");
	await page.getByLabel("Scopes").fill("a\nemail");
	await save(page);
	await page.getByText(/^Line 2: /).waitFor();
	await page.getByLabel("Scopes").fill("b Second\na First");
	await page.getByLabel("Active").uncheck();
	await save(page);
	await page.getByText("Off: no new tokens").waitFor();
	await until("the scopes come as they are kept", async () => (await page.getByLabel("Scopes").inputValue()) === "a First\nb Second");
	const { is_active, scopes } = await read(`resource_servers/${id}`);
	assert.deepEqual([is_active, scopes.length], [false, 2]);
	await page.getByRole("button", { name: "Delete resource server" }).click();
	const dialog = page.getByRole("dialog");
	await dialog.getByRole("textbox").fill("Orders");
	await dialog.getByRole("button", { name: "Delete resource server" }).click();
	await page.getByRole("heading", { name: "Protect your first API" }).waitFor();
	await close();
});

test("OAuth settings: the issuer, who may register, a token shown once, and which tokens an emergency takes along", async () => {
	const { owner, project, at, read } = await make();
	const { page, assertCalm, close } = await openBrowserOf(server, owner);
	await page.goto(at("oauth"));
	await heading(page, "OAuth settings");
	const issuer = page.getByRole("region", { name: "Issuer", exact: true });
	await issuer.waitFor();
	assert.equal(await issuer.innerText(), `${server.authUrl}/p/${project.clientId}`);
	await page.getByLabel("Who may register a client").selectOption("token");
	await page.getByLabel("Whose metadata document").selectOption("trusted");
	await page.getByLabel("Trusted domains").fill("example.com\nnot a domain");
	await save(page);
	await page.getByText(/^Line 2: /).waitFor();
	await page.getByLabel("Trusted domains").fill("example.com");
	await save(page);
	await until("the settings are kept", async () => (await read("oauth_settings")).dcr === "token");
	assert.deepEqual((await read("oauth_settings")).cimd_trusted_domains, ["example.com"]);
	await page.getByText("Whoever registers a client needs one.").waitFor();
	await page.getByRole("button", { name: "New initial token" }).click();
	await page.getByRole("dialog").getByRole("button", { name: "Make token" }).click();
	const secret = page.getByRole("region", { name: "Initial token", exact: true });
	await secret.waitFor();
	assert.match(await secret.innerText(), /^dcr_/);
	await page.getByRole("button", { name: "I have stored it" }).click();
	await page.getByRole("dialog").waitFor({ state: "detached" });
	const out = page.getByRole("table", { name: "Initial tokens" });
	await out.getByText("1 more client").waitFor();
	await out.getByText(owner.email).waitFor();
	await out.getByRole("button", { name: /^Revoke itk_/ }).click();
	await page.getByText("No initial token is out").waitFor();
	await page.getByRole("button", { name: "Replace at once" }).click();
	await page.getByRole("dialog").getByText(/Every access token and ID token that the ES256 key has signed is void/).waitFor();
	await page.getByRole("dialog").getByRole("button", { name: "Replace it" }).click();
	await page.getByRole("table", { name: "Signing keys" }).getByText("active").waitFor();
	assertCalm();
	await close();
});

test("a viewer sees the settings and can't change them; keys and tokens aren't offered", async () => {
	const { owner, at } = await make();
	const viewer = await owner.org.member("viewer");
	const { page, close } = await openBrowserOf(server, viewer);
	await page.goto(at("oauth"));
	await page.getByText("Your role may look at these settings but not change them.").waitFor();
	assert.equal(await page.getByRole("button", { name: "New initial token" }).count(), 0);
	assert.equal(await page.getByRole("heading", { name: "Signing keys" }).count(), 0);
	await page.goto(at("resource-servers"));
	await page.getByRole("heading", { name: "Protect your first API" }).waitFor();
	assert.equal(await page.getByRole("button", { name: "New resource server" }).count(), 0);
	await close();
});
